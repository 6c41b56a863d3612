#include "io/steady_time.h"

#include <gtest/gtest.h>

namespace freshet::io {
namespace {

const Timestamp noon = from_epoch_ms(1'767'268'800'000);

TEST(SteadyTime, follows_the_system_as_long_as_it_goes_forward) {
    SteadyTime time;
    EXPECT_EQ(time.now(noon, 0ms), noon);
    EXPECT_EQ(time.now(noon + 5s, 5000ms), noon + 5s);
    EXPECT_EQ(time.now(noon + 3600s, 5001ms), noon + 3600s) << "a step forward is followed";
    EXPECT_EQ(time.lead(noon + 3600s), 0ms);
}

TEST(SteadyTime, stands_still_for_a_small_step_back) {
    SteadyTime time;
    time.now(noon, 0ms);
    EXPECT_EQ(time.now(noon - 900ms, 10ms), noon);
    EXPECT_EQ(time.lead(noon - 900ms), 0ms);
    EXPECT_EQ(time.now(noon + 1ms, 911ms), noon + 1ms);
}

TEST(SteadyTime, goes_on_when_the_system_goes_back_by_an_hour) {
    SteadyTime time;
    time.now(noon, 0ms);
    EXPECT_EQ(time.now(noon - 3600s, 0ms), noon);
    EXPECT_EQ(time.lead(noon - 3600s), 3600s);
    EXPECT_EQ(time.now(noon - 3590s, 10'000ms), noon + 9s) << "nine tenths of the pace";
    Timestamp last = noon;
    for (std::int64_t s = 20; s < 36'000; s += 10) {
        const Timestamp now = time.now(noon - 3600s + std::chrono::seconds(s), Millis(s * 1000));
        EXPECT_GT(now, last);
        last = now;
    }
    const Timestamp end = noon - 3600s + std::chrono::seconds(36'010);
    EXPECT_EQ(time.now(end, 36'010'000ms), end) << "the system's clock has come up";
    EXPECT_EQ(time.lead(end), 0ms);
}

TEST(SteadyTime, begins_where_kept_times_end) {
    SteadyTime time;
    time.hold(noon);
    EXPECT_EQ(time.now(noon - 3600s, 0ms), noon);
    EXPECT_GT(time.now(noon - 3599s, 1000ms), noon);
    EXPECT_EQ(time.lead(noon - 3599s), 3599s + 900ms);
}

}  // namespace
}  // namespace freshet::io
