#include "record/kpl.h"

#include <gtest/gtest.h>

namespace freshet::record {
namespace {

TEST(Kpl, an_aggregate_comes_apart_as_it_was_put_together) {
    Aggregator aggregator;
    for (int i = 0; i < 300; ++i)
        aggregator.add("key " + std::to_string(i % 5),
                       std::string(static_cast<std::size_t>(i), 'x'));
    const std::size_t size = aggregator.size();
    EXPECT_EQ(aggregator.partition_key(), "key 0");
    const Bytes data = Bytes::own(aggregator.finish());
    EXPECT_EQ(data.size(), size);
    EXPECT_EQ(aggregator.count(), 0u);
    const auto records = deaggregate(data);
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 300u);
    for (std::size_t i = 0; i < 300; ++i) {
        EXPECT_EQ((*records)[i].partition_key, "key " + std::to_string(i % 5));
        EXPECT_EQ((*records)[i].data.size(), i);
    }
}

TEST(Kpl, what_is_not_an_aggregate_stands_for_itself) {
    Aggregator aggregator;
    aggregator.add("k", "data");
    const std::string good = aggregator.finish();
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        EXPECT_FALSE(deaggregate(Bytes::copy(bad))) << i;
        EXPECT_FALSE(deaggregate(Bytes::copy(good.substr(0, i))));
    }
}

}  // namespace
}  // namespace freshet::record
