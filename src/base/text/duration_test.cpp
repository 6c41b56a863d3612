#include "base/text/duration.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Duration, a_number_and_a_unit) {
    EXPECT_EQ(parse_duration("30s"), 30s);
    EXPECT_EQ(parse_duration("10m"), 10min);
    EXPECT_EQ(parse_duration("12h"), 12h);
    EXPECT_EQ(parse_duration("7d"), 7 * 24h);
    EXPECT_EQ(parse_duration("0"), 0ms);
}

TEST(Duration, other_words_are_none) {
    for (const char* text : {"", "7", "d", "-1d", "1 d", "1w", "1dd", "99999999d", "1.5h"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Duration, is_written_in_its_largest_unit) {
    for (const char* text : {"30s", "10m", "90m", "12h", "7d", "0"})
        EXPECT_EQ(duration_text(*parse_duration(text)), text);
    EXPECT_EQ(duration_text(60min), "1h");
    EXPECT_EQ(duration_text(1250ms), "1250 ms");
}

}  // namespace
}  // namespace freshet
