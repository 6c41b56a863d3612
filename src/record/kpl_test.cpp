#include "record/kpl.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

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

TEST(Kpl, an_aggregate_is_the_recorded_one) {
    Aggregator aggregator;
    aggregator.add("k1", "one");
    aggregator.add("k2", std::string(130, 'x'));
    aggregator.add("k1", "");
    EXPECT_EQ(to_hex(aggregator.finish()),
              "f3899ac20a026b310a026b321a0708001a036f6e651a870108011a8201787878787878787878"
              "7878787878787878787878787878787878787878787878787878787878787878787878787878"
              "7878787878787878787878787878787878787878787878787878787878787878787878787878"
              "7878787878787878787878787878787878787878787878787878787878787878787878787878"
              "787878787878781a0408001a007c5241d70ac573b72538d7797fad63f7");
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

/// A message between the magic and its checksum.
std::string framed(const std::string& message) {
    const Md5 digest = md5(message);
    return "\xF3\x89\x9A\xC2" + message + std::string(digest.begin(), digest.end());
}

TEST(Kpl, a_frame_without_a_record_stands_for_itself) {
    const std::string key("\x0a\x01k", 3);
    for (const std::string& message : {std::string(), key, key + std::string("\x12\x01h", 3)}) {
        EXPECT_FALSE(deaggregate(framed(message))) << message.size();
        EXPECT_FALSE(is_aggregate(framed(message))) << message.size();
    }
}

TEST(Kpl, a_record_of_no_bytes_is_a_record) {
    const std::string key("\x0a\x00", 2), empty("\x1a\x04\x08\x00\x1a\x00", 6);
    const auto records = deaggregate(framed(key + empty + empty));
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 2u);
    EXPECT_EQ((*records)[0].data, "");
    EXPECT_NE((*records)[0].data.data(), nullptr) << "a view of the aggregate";
    EXPECT_EQ((*records)[1].partition_key, "");
}

TEST(Kpl, fields_of_a_later_writer_are_passed_over) {
    const std::string key("\x0a\x01k", 3);
    const std::string fixed32("\x55\x01\x02\x03\x04", 5),
        fixed64("\x51\x01\x02\x03\x04\x05\x06\x07\x08", 9), number("\x50\x07", 2);
    const std::string tags("\x22\x03\x0a\x01t", 5);
    const std::string inside =
        fixed64 + fixed32 + number + tags + std::string("\x08\x00\x1a\x01x", 5);
    const auto records = deaggregate(framed(fixed32 + key + fixed64 + "\x1a" +
                                            static_cast<char>(inside.size()) + inside + number));
    ASSERT_TRUE(records);
    ASSERT_EQ(records->size(), 1u);
    EXPECT_EQ((*records)[0].data, "x");
}

TEST(Kpl, a_record_whose_fields_have_other_types_stands_for_itself) {
    const std::string key("\x0a\x01k", 3);
    const std::string data_is_a_number("\x1a\x04\x08\x00\x18\x05", 6);
    const std::string index_is_text("\x1a\x06\x0a\x01\x00\x1a\x01x", 8);
    const std::string no_such_key("\x1a\x05\x08\x01\x1a\x01x", 7);
    const std::string record_is_a_number("\x18\x05", 2);
    for (const std::string& record :
         {data_is_a_number, index_is_text, no_such_key, record_is_a_number})
        EXPECT_FALSE(deaggregate(framed(key + record)));
    for (std::size_t cut = 1; cut < no_such_key.size(); ++cut)
        EXPECT_FALSE(deaggregate(framed(key + no_such_key.substr(0, cut)))) << cut;
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
    return framed(message);
}

TEST(Kpl, many_aggregates_come_apart_as_each_does_alone) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 43; ++i) {
        texts.push_back(aggregate_of("k", i * i % 100 + 1));
        if (i % 7 == 3) texts.back().back() ^= 1;  // its checksum is wrong
        if (i % 5 == 0) texts.push_back(std::string(i, 'x'));
    }
    const std::vector<std::string_view> all(texts.begin(), texts.end());
    const auto made = deaggregate_each(all);
    ASSERT_EQ(made.size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto alone = deaggregate(all[i]);
        ASSERT_EQ(made[i].has_value(), alone.has_value()) << i;
        if (!alone) continue;
        ASSERT_EQ(made[i]->size(), alone->size());
        for (std::size_t n = 0; n < alone->size(); ++n)
            EXPECT_EQ((*made[i])[n].data.data(), (*alone)[n].data.data());
    }
    EXPECT_TRUE(deaggregate_each({}).empty());
}

TEST(Kpl, a_key_that_AWS_would_not_take_makes_no_aggregate) {
    EXPECT_TRUE(deaggregate(aggregate_of(std::string(1024, 'k'), 3)));
    EXPECT_FALSE(deaggregate(aggregate_of(std::string(1025, 'k'), 3)));
    EXPECT_FALSE(deaggregate(aggregate_of(std::string(500'000, 'k'), 70'000))) << "35 GB of keys";
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
