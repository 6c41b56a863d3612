#include "delivery/metrics/meter.h"

#include <gtest/gtest.h>

namespace freshet::delivery {
namespace {

TEST(Meter, gives_what_was_measured_since_the_last_time) {
    Meter meter;
    EXPECT_TRUE(meter.take().empty());
    meter.add(Metric::put_bytes, 5);
    meter.add({{Metric::put_bytes, 7}, {Metric::endpoint_success, 0}});
    const auto all = meter.take();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "PutRecord.Bytes");
    EXPECT_EQ(all[0].unit, "Bytes");
    EXPECT_EQ(all[0].tally.count, 2u);
    EXPECT_EQ(all[0].tally.sum, 12);
    EXPECT_EQ(all[0].tally.minimum, 5);
    EXPECT_EQ(all[1].name, "DeliveryToHttpEndpoint.Success");
    EXPECT_EQ(all[1].tally.maximum, 0);
    EXPECT_TRUE(meter.take().empty());
}

}  // namespace
}  // namespace freshet::delivery
