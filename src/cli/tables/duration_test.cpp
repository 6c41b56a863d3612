#include "cli/tables/duration.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

TEST(CliDuration, a_number_and_a_unit) {
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("10m"), 10min);
    EXPECT_EQ(parse_duration("12h"), 12h);
    EXPECT_EQ(parse_duration("7d"), 7 * 24h);
    EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(CliDuration, other_words_are_none) {
    for (const char* text : {"", "7", "d", "-1d", "1 d", "1w", "1dd", "99999999d", "1.5h"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

}  // namespace
}  // namespace freshet::cli
