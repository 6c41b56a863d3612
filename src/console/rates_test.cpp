#include "console/rates.h"

#include <gtest/gtest.h>

#include "console/limits.h"

namespace freshet::console {
namespace {

Timestamp at(std::int64_t seconds) { return from_epoch_ms(seconds * 1000); }

TEST(Rates, are_per_second_over_the_last_seconds) {
    Rates rates;
    EXPECT_EQ(rates.rate("a"), 0);
    rates.note("a", at(0), 0);
    EXPECT_EQ(rates.rate("a"), 0);
    for (int s = 1; s <= 10; ++s) rates.note("a", at(s), s * 100);
    EXPECT_EQ(rates.rate("a"), 100);
    for (int s = 11; s <= 16; ++s) rates.note("a", at(s), 1000);
    EXPECT_EQ(rates.rate("a"), 0);
}

TEST(Rates, of_samples_that_lie_far_apart_use_the_last_two) {
    Rates rates;
    rates.note("a", at(0), 0);
    rates.note("a", at(60), 600);
    EXPECT_EQ(rates.rate("a"), 10);
}

TEST(Rates, begin_anew_when_a_counter_falls) {
    Rates rates;
    rates.note("a", at(0), 500);
    rates.note("a", at(1), 700);
    rates.note("a", at(2), 10);
    EXPECT_EQ(rates.rate("a"), 0);
    EXPECT_TRUE(rates.curve("a").empty());
    rates.note("a", at(3), 30);
    ASSERT_EQ(rates.curve("a").size(), 1U);
    EXPECT_EQ(rates.curve("a")[0].second, 20);
}

TEST(Rates, of_what_stopped_begin_anew_with_the_total_that_comes_back) {
    Rates rates;
    rates.note("a", at(0), 500);
    rates.note("a", at(1), 700);
    rates.drop("a");
    EXPECT_EQ(rates.rate("a"), 0);
    rates.note("a", at(9), 700);
    EXPECT_EQ(rates.rate("a"), 0);
    rates.note("a", at(10), 730);
    EXPECT_EQ(rates.rate("a"), 30);
    ASSERT_EQ(rates.curve("a").size(), 1U);
    EXPECT_EQ(rates.curve("a")[0].second, 30);
}

TEST(Rates, keep_a_bounded_number_of_samples_and_forget_what_is_gone) {
    Rates rates;
    for (int s = 0; s < 1000; ++s) rates.note("a", at(s), s);
    EXPECT_EQ(rates.curve("a").size(), limits::samples_max - 1);
    rates.note("b", at(5), 1);
    rates.forget(at(900));
    EXPECT_TRUE(rates.curve("b").empty());
    EXPECT_FALSE(rates.curve("a").empty());
}

}  // namespace
}  // namespace freshet::console
