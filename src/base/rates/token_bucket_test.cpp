#include "base/rates/token_bucket.h"

#include <gtest/gtest.h>

#include <string>

namespace freshet {
namespace {

TEST(CallBuckets, those_that_are_full_again_are_forgotten) {
    CallBuckets buckets;
    const Timestamp start = from_epoch_ms(1'700'000'000'000);
    const auto region = [](int number) { return Home{"1", "region-" + std::to_string(number)}; };
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(buckets.take("Describe", region(i), 1, start));
    EXPECT_FALSE(buckets.take("Describe", region(7), 1, start));
    EXPECT_EQ(buckets.kept(), CallBuckets::kept_max);
    EXPECT_TRUE(buckets.take("Describe", region(7), 1, start + 1000ms));
    EXPECT_EQ(buckets.kept(), 1u);
    EXPECT_FALSE(buckets.take("Describe", region(7), 1, start + 1000ms));
}

}  // namespace
}  // namespace freshet
