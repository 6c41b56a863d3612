#include "console/streams/shard_rates.h"

#include <gtest/gtest.h>

#include "console/limits.h"

namespace freshet::console {
namespace {

const stream::StreamKey key{{"000000000000", "us-east-1"}, "s"};

Timestamp at(std::int64_t seconds) { return from_epoch_ms(seconds * 1000); }

TEST(ShardRates, are_per_second_over_the_last_seconds) {
    ShardRates rates;
    EXPECT_EQ(rates.rate(1, 0), ShardCounts{});
    rates.note(1, 0, at(0), {10, 100, 0, 0, 0, 0});
    EXPECT_EQ(rates.rate(1, 0), ShardCounts{}) << "one sample is not a rate";
    rates.note(1, 0, at(2), {16, 300, 4, 0, 2, 0});
    EXPECT_EQ(rates.rate(1, 0), (ShardCounts{3, 100, 2, 0, 1, 0}));
    EXPECT_EQ(rates.rate(1, 1), ShardCounts{}) << "shards apart";
    for (int s = 3; s <= 20; ++s) rates.note(1, 0, at(s), {16, 300, 4, 0, 2, 0});
    EXPECT_EQ(rates.rate(1, 0), ShardCounts{}) << "what was long ago does not count";
}

TEST(ShardRates, begin_anew_with_a_counter_that_fell) {
    ShardRates rates;
    rates.note(1, 0, at(0), {10, 100, 0, 0, 0, 0});
    rates.note(1, 0, at(1), {3, 100, 0, 0, 0, 0});
    EXPECT_EQ(rates.rate(1, 0), ShardCounts{});
    rates.note(1, 0, at(2), {5, 100, 0, 0, 0, 0});
    EXPECT_EQ(rates.rate(1, 0)[0], 2);
}

TEST(ShardRates, forget_what_nobody_watches) {
    ShardRates rates;
    EXPECT_TRUE(rates.watch(key, at(0)));
    EXPECT_FALSE(rates.watch(key, at(1)));
    rates.note(1, 0, at(1), {});
    rates.note(1, 0, at(2), {2, 0, 0, 0, 0, 0});
    rates.forget(at(1));
    EXPECT_EQ(rates.watched().size(), 1U);
    EXPECT_EQ(rates.rate(1, 0)[0], 2);
    rates.forget(at(3));
    EXPECT_TRUE(rates.watched().empty());
    EXPECT_EQ(rates.rate(1, 0)[0], 0);
    EXPECT_TRUE(rates.watch(key, at(4)));
}

}  // namespace
}  // namespace freshet::console
