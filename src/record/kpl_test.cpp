#include "record/kpl.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace freshet::record {
namespace {

TEST(Kpl, an_aggregate_comes_apart_as_it_was_put_together) {
    Aggregator aggregator;
    for (int i = 0; i < 300; ++i)
        aggregator.add("key " + std::to_string(i % 5),
                       std::string(static_cast<std::size_t>(i), 'x'));
    const std::size_t size = aggregator.size();
    EXPECT_EQ(aggregator.partition_key(), "key 0");
    const std::string data = aggregator.finish();
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
        EXPECT_FALSE(deaggregate(bad)) << i;
        EXPECT_FALSE(deaggregate(std::string_view(good).substr(0, i)));
    }
}

/// A message with one partition key and so many records of one byte under it.
std::string aggregate_of(const std::string& key, std::size_t records) {
    std::string message = "\x0a";
    for (std::size_t size = key.size(); true; size >>= 7) {
        message += static_cast<char>(size >= 0x80 ? size | 0x80 : size);
        if (size < 0x80) break;
    }
    message += key;
    for (std::size_t i = 0; i < records; ++i)
        message += std::string("\x1a\x05\x08\x00\x1a\x01x", 7);
    const Md5 digest = md5(message);
    return "\xF3\x89\x9A\xC2" + message + std::string(digest.begin(), digest.end());
}

TEST(Kpl, a_key_that_AWS_would_not_take_makes_no_aggregate) {
    EXPECT_TRUE(deaggregate(aggregate_of(std::string(1024, 'k'), 3)));
    EXPECT_FALSE(deaggregate(aggregate_of(std::string(1025, 'k'), 3)));
    EXPECT_FALSE(deaggregate(aggregate_of(std::string(500'000, 'k'), 70'000)))
        << "35 GB of keys";
}

TEST(Kpl, a_long_key_is_cut_as_it_goes_in) {
    Aggregator aggregator;
    aggregator.add(std::string(5000, 'k'), "data");
    const std::string data = aggregator.finish();
    const auto records = deaggregate(data);
    ASSERT_TRUE(records);
    EXPECT_EQ((*records)[0].partition_key, std::string(256, 'k'));
}

}  // namespace
}  // namespace freshet::record
