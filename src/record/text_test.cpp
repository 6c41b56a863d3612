#include "record/text.h"

#include <gtest/gtest.h>

namespace freshet::record {
namespace {

TEST(Text, a_decimal_is_an_integer_times_its_scale) {
    EXPECT_EQ(parse_decimal("12.345", 2), 1235);
    EXPECT_EQ(parse_decimal("-0.5", 0), -1);
    EXPECT_EQ(parse_decimal("1.2e3", 2), 120'000);
    EXPECT_EQ(parse_decimal("", 2), std::nullopt);
    EXPECT_EQ(parse_decimal("1e", 2), std::nullopt);
}

TEST(Text, a_decimal_with_an_exponent_beyond_18_digits_is_none) {
    EXPECT_EQ(parse_decimal("9.99e9", 8), 999'000'000'000'000'000);
    EXPECT_EQ(parse_decimal("1e10", 8), std::nullopt);
    EXPECT_EQ(parse_decimal("-1e10", 8), std::nullopt);
    EXPECT_EQ(parse_decimal("1e12", 18), std::nullopt);
}

}  // namespace
}  // namespace freshet::record
