#include "delivery/quotas/quotas.h"

#include <gtest/gtest.h>

namespace freshet::delivery {
namespace {

const Timestamp start = from_epoch_ms(1'700'000'000'000);

std::vector<Bytes> records(std::size_t count, std::size_t size) {
    return std::vector<Bytes>(count, Bytes::own(std::string(size, 'x')));
}

TEST(Quotas, a_stream_takes_its_bytes_a_second) {
    Quotas quotas;
    const auto large = records(500, 8192);  // 4,000 KiB
    EXPECT_EQ(quotas.take_put(1, "us-east-1", large, start), 500u);
    EXPECT_EQ(quotas.take_put(1, "us-east-1", large, start), 140u);  // 5 MiB in all
    EXPECT_EQ(quotas.take_put(2, "us-east-1", large, start), 500u);  // of its own
    EXPECT_EQ(quotas.take_put(1, "us-east-1", large, start + 500ms), 320u);
    EXPECT_EQ(quotas.take_put(3, "eu-north-1", large, start), 128u);  // 1 MiB
    quotas.forget(3);
    EXPECT_EQ(quotas.take_put(3, "eu-north-1", large, start), 128u);
}

TEST(Quotas, a_stream_takes_its_records_and_requests_a_second) {
    Quotas quotas;
    const auto one = records(1, 1), many = records(500, 1);
    for (int i = 0; i < 200; ++i)
        ASSERT_EQ(quotas.take_put(1, "eu-north-1", many, start), 500u);  // 100,000
    EXPECT_EQ(quotas.take_put(1, "eu-north-1", many, start), 0u);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(quotas.take_put(2, "eu-north-1", one, start), 1u);
    EXPECT_EQ(quotas.take_put(2, "eu-north-1", one, start), 0u);
    EXPECT_EQ(quotas.take_put(2, "eu-north-1", one, start + 1ms), 1u);
}

TEST(Quotas, calls_are_counted_by_operation_and_account) {
    Quotas quotas;
    const Home home{"1", "us-east-1"}, other{"2", "us-east-1"};
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(quotas.take_call("UpdateDestination", home, start));
    EXPECT_FALSE(quotas.take_call("UpdateDestination", home, start));
    EXPECT_TRUE(quotas.take_call("DescribeDeliveryStream", home, start));
    EXPECT_TRUE(quotas.take_call("UpdateDestination", other, start));
    EXPECT_TRUE(quotas.take_call("UpdateDestination", home, start + 200ms));
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(quotas.take_call("PutRecord", home, start));
}

}  // namespace
}  // namespace freshet::delivery
