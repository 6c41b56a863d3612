// Joda's rule for patterns: how many digits a field takes.
#include "duck/native/time/date_patterns.h"

#include <gtest/gtest.h>

#include <chrono>

namespace freshet::duck {
namespace {

/// Microseconds of a time in UTC.
std::int64_t at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0,
                int second = 0, int micros = 0) {
    using namespace std::chrono;
    const sys_days date =
        std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
    return (date + hours(hour) + minutes(minute) + seconds(second)).time_since_epoch() /
               microseconds(1) +
           micros;
}

TEST(DatePatterns, a_year_before_a_number_takes_the_width_of_its_letters) {
    EXPECT_EQ(parse_joda("20260131x05", "yyyyMMdd'x'HH"), at(2026, 1, 31, 5));
    EXPECT_EQ(parse_joda("20260131", "yyyyMMdd"), at(2026, 1, 31));
    EXPECT_EQ(parse_joda("2026031", "YYYYDDD"), at(2026, 1, 31));
    EXPECT_EQ(parse_joda("20260131235958123", "yyyyMMddHHmmssSSS"),
              at(2026, 1, 31, 23, 59, 58, 123'000));
    EXPECT_EQ(parse_joda("260131", "yyMMdd"), at(2026, 1, 31));
    EXPECT_EQ(parse_joda("020260131", "yyyyyMMdd"), at(2026, 1, 31));
}

TEST(DatePatterns, a_year_before_other_text_takes_all_digits) {
    EXPECT_EQ(parse_joda("2026-01-31", "yyyy-MM-dd"), at(2026, 1, 31));
    EXPECT_EQ(parse_joda("02026-01", "yyyy-MM"), at(2026, 1, 1));
    EXPECT_EQ(parse_joda("2026Jan", "yyyyMMM"), at(2026, 1, 1));  // a name is not a number
    EXPECT_EQ(parse_joda("2026", "y"), at(2026, 1, 1));
}

TEST(DatePatterns, two_letters_are_a_year_of_the_century_or_a_whole_one) {
    EXPECT_EQ(parse_joda("26/01", "yy/MM"), at(2026, 1, 1));
    EXPECT_EQ(parse_joda("2026/01", "yy/MM"), at(2026, 1, 1));
    EXPECT_EQ(parse_joda("202601", "yyMM"), std::nullopt);  // 20, 26, and "01" is left
}

TEST(DatePatterns, other_numbers_take_two_digits_days_of_the_year_three) {
    EXPECT_EQ(parse_joda("2026011", "yyyyMd"), at(2026, 1, 1));
    EXPECT_EQ(parse_joda("3112026", "dMyyyy"), at(26, 12, 31));
    EXPECT_EQ(parse_joda("31012026", "dMyyyy"), at(2026, 1, 31));
    EXPECT_EQ(parse_joda("1/2/2026", "dd/MM/yyyy"), at(2026, 2, 1));  // fewer are taken
    EXPECT_EQ(parse_joda("2026 31", "yyyy DDD"), at(2026, 1, 31));
}

TEST(DatePatterns, a_fraction_takes_as_many_digits_as_it_has_letters) {
    EXPECT_EQ(parse_joda("2026 5", "yyyy S"), at(2026, 1, 1, 0, 0, 0, 500'000));
    EXPECT_EQ(parse_joda("2026 123", "yyyy S"), std::nullopt);
    EXPECT_EQ(parse_joda("2026 12305", "yyyy SSSHH"), at(2026, 1, 1, 5, 0, 0, 123'000));
}

}  // namespace
}  // namespace freshet::duck
