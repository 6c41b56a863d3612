#include "base/calendar.h"

#include <gtest/gtest.h>

#include <chrono>

namespace freshet {
namespace {

TEST(Calendar, agrees_with_the_standard_library_on_every_day_of_1400_years) {
    for (std::int64_t day = -250'000; day < 260'000; ++day) {
        const std::chrono::sys_days days{std::chrono::days(day)};
        const std::chrono::year_month_day date{days};
        const Civil civil = civil_of(day);
        ASSERT_EQ(civil.year, static_cast<int>(date.year())) << day;
        ASSERT_EQ(civil.month, static_cast<int>(static_cast<unsigned>(date.month()))) << day;
        ASSERT_EQ(civil.day, static_cast<int>(static_cast<unsigned>(date.day()))) << day;
        ASSERT_EQ(day_of(civil), day);
        ASSERT_TRUE(is_valid(civil)) << day;
        ASSERT_EQ(weekday_of(day), static_cast<int>(std::chrono::weekday(days).iso_encoding()) - 1)
            << day;
    }
}

TEST(Calendar, reaches_far_years) {
    for (const std::int64_t day : {INT64_MIN / day_ms, INT64_MAX / day_ms})
        EXPECT_EQ(day_of(civil_of(day)), day);
    EXPECT_EQ(civil_of(0), (Civil{1970, 1, 1}));
    EXPECT_EQ(civil_of(-719'468), (Civil{0, 3, 1}));
}

TEST(Calendar, days_that_are_in_no_month_are_invalid) {
    for (const Civil& date : {Civil{2023, 2, 29}, Civil{1900, 2, 29}, Civil{2024, 4, 31},
                              Civil{2024, 13, 1}, Civil{2024, 0, 1}, Civil{2024, 1, 0}})
        EXPECT_FALSE(is_valid(date)) << date.year << '-' << date.month << '-' << date.day;
    EXPECT_TRUE(is_valid({2000, 2, 29}));
    EXPECT_TRUE(is_valid({65'536, 2, 29}));
}

TEST(Calendar, days_of_a_year_count_from_1) {
    EXPECT_EQ(day_of_year(0), 1);
    EXPECT_EQ(day_of_year(day_of({2024, 12, 31})), 366);
    EXPECT_EQ(day_of_year(-1), 365);
}

TEST(Calendar, division_goes_towards_minus_infinity) {
    EXPECT_EQ(floor_div(7, 2), 3);
    EXPECT_EQ(floor_div(-7, 2), -4);
    EXPECT_EQ(floor_div(-8, 2), -4);
    EXPECT_EQ(floor_div(7, -2), -4);
}

}  // namespace
}  // namespace freshet
