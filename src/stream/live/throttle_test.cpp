// AWS's rates: what a shard takes and returns, and how often an account may call.
#include "stream/live/throttle.h"

#include <gtest/gtest.h>

namespace freshet::stream {
namespace {

const Timestamp start = from_epoch_ms(1'700'000'000'000);
constexpr double mib = 1024 * 1024;

/// How much goes through in 100 seconds when `take` is tried every millisecond as often as it can.
template <class Take>
double in_100_seconds(Take take) {
    double taken = 0;
    for (int ms = 0; ms < 100'000; ++ms) {
        while (take(start + Millis(ms))) ++taken;
    }
    return taken;
}

TEST(Throttle, a_shard_takes_a_mebibyte_and_a_thousand_records_a_second) {
    ShardThrottle small(start), large(start);
    EXPECT_NEAR(in_100_seconds([&](Timestamp now) { return small.take_write(10, now); }), 100'000,
                2'000);
    EXPECT_NEAR(
        in_100_seconds([&](Timestamp now) { return large.take_write(50'000, now); }) * 50'000,
        100 * mib, 2 * mib);
}

TEST(Throttle, a_record_larger_than_a_second_waits_for_a_full_bucket_and_is_paid_off) {
    ShardThrottle shard(start);
    EXPECT_TRUE(shard.take_write(10 << 20, start));
    EXPECT_FALSE(shard.take_write(1, start + 8'999ms));
    EXPECT_TRUE(shard.take_write(1, start + 9'001ms));
}

TEST(Throttle, a_shard_is_read_five_times_and_two_mebibytes_a_second) {
    ShardThrottle calls(start), bytes(start);
    EXPECT_NEAR(in_100_seconds([&](Timestamp now) { return calls.take_read(now); }), 500, 10);
    const double reads = in_100_seconds([&](Timestamp now) {
        if (!bytes.take_read(now)) return false;
        bytes.did_read(1 << 20);
        return true;
    });
    EXPECT_NEAR(reads, 200, 4);
}

TEST(Throttle, after_ten_mebibytes_a_shard_is_not_read_for_five_seconds) {
    ShardThrottle shard(start);
    EXPECT_TRUE(shard.take_read(start));
    shard.did_read(10 << 20);
    EXPECT_FALSE(shard.take_read(start + 4'999ms));
    EXPECT_TRUE(shard.take_read(start + 5'000ms));
}

TEST(Throttle, calls_are_counted_by_operation_account_and_region) {
    CallThrottle calls;
    const auto rate = [&](const char* operation) {
        return in_100_seconds(
            [&](Timestamp now) { return calls.take(operation, {"1", "r"}, now); });
    };
    EXPECT_NEAR(rate("CreateStream"), 500, 10);
    EXPECT_NEAR(rate("DescribeLimits"), 100, 2);
    EXPECT_NEAR(rate("DescribeStreamSummary"), 2'000, 40);
    EXPECT_TRUE(calls.take("CreateStream", {"2", "r"}, start));
    for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(calls.take("PutRecord", {"1", "r"}, start));
}

}  // namespace
}  // namespace freshet::stream
