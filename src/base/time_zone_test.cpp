#include "base/time_zone.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace freshet {
namespace {

std::int64_t seconds_of(const char* iso) { return to_epoch_ms(*parse_iso8601(iso)) / 1000; }

TEST(TimeZone, knows_summer_and_winter_also_far_ahead) {
    const TimeZone* chicago = TimeZone::find("America/Chicago");
    ASSERT_NE(chicago, nullptr);
    EXPECT_EQ(chicago->at(seconds_of("2022-01-15T12:00:00Z")).offset_s, -6 * 3600);
    EXPECT_EQ(chicago->at(seconds_of("2022-07-15T12:00:00Z")).abbreviation, "CDT");
    EXPECT_EQ(chicago->at(seconds_of("2095-07-15T12:00:00Z")).offset_s, -5 * 3600);
    EXPECT_EQ(chicago->at(seconds_of("2095-12-15T12:00:00Z")).abbreviation, "CST");
    // The second Sunday of March at two o'clock, to the second.
    EXPECT_EQ(chicago->at(seconds_of("2040-03-11T07:59:59Z")).offset_s, -6 * 3600);
    EXPECT_EQ(chicago->at(seconds_of("2040-03-11T08:00:00Z")).offset_s, -5 * 3600);
    const TimeZone* sydney = TimeZone::find("Australia/Sydney");
    ASSERT_NE(sydney, nullptr);
    EXPECT_EQ(sydney->at(seconds_of("2090-01-15T12:00:00Z")).offset_s, 11 * 3600);
    EXPECT_EQ(sydney->at(seconds_of("2090-07-15T12:00:00Z")).offset_s, 10 * 3600);
}

TEST(TimeZone, refuses_what_is_no_zone) {
    for (const char* name : {"", "Moon/Base", "../../etc/passwd", "/etc/localtime", "America"})
        EXPECT_EQ(TimeZone::find(name), nullptr) << name;
}

}  // namespace
}  // namespace freshet
