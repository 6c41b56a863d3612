#include "base/text/nearest.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Nearest, is_what_few_letters_make_of_a_word) {
    const std::vector<std::string> words{"produce", "query", "streams", "data"};
    EXPECT_EQ(nearest("prodcue", words), "produce");
    EXPECT_EQ(nearest("stream", words), "streams");
    EXPECT_EQ(nearest("QUERY", words), "query");
    EXPECT_EQ(nearest("xyz", words), std::nullopt);
    EXPECT_EQ(nearest("", words), std::nullopt);
}

TEST(Nearest, says_what_there_is_when_nothing_is_near) {
    EXPECT_EQ(did_you_mean("stream", {"streams", "query"}), "; did you mean 'streams'?");
    EXPECT_EQ(did_you_mean("zzzzzz", {"streams", "query"}), "; there are 'streams', 'query'");
    EXPECT_EQ(did_you_mean("zzzzzz", {}), "");
}

}  // namespace
}  // namespace freshet
