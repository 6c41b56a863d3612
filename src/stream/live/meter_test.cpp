// What a minute's statistics are made of, and for whom.
#include "stream/live/meter.h"

#include <gtest/gtest.h>

namespace freshet::stream {
namespace {

std::vector<Measured> taken(Meter& meter, const Stream& stream) {
    std::vector<Measured> all;
    meter.take(stream, all);
    return all;
}

TEST(Meter, keeps_what_statistics_are_made_of) {
    Meter meter;
    for (const std::uint64_t value : {7U, 0U, 5U}) meter.add(Measure::incoming_bytes, value);
    const auto all = taken(meter, Stream{});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "IncomingBytes");
    EXPECT_EQ(all[0].unit, "Bytes");
    EXPECT_EQ(all[0].tally.count, 3U);
    EXPECT_EQ(all[0].tally.sum, 12U);
    EXPECT_EQ(all[0].tally.minimum, 0U);
    EXPECT_EQ(all[0].tally.maximum, 7U);
}

TEST(Meter, tells_each_value_once) {
    Meter meter;
    meter.add(Measure::get_records_success, 1);
    meter.add("reader", Measure::event_records, 1);
    EXPECT_EQ(taken(meter, Stream{}).size(), 2U);
    EXPECT_TRUE(taken(meter, Stream{}).empty());
}

TEST(Meter, tells_of_shards_what_enhanced_monitoring_asks_for) {
    Meter meter;
    Stream stream;
    stream.shard_metrics = {"OutgoingRecords"};
    for (const auto measure : {Measure::outgoing_records, Measure::outgoing_bytes})
        meter.add(3U, measure, 9);
    const auto all = taken(meter, stream);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].shard, "shardId-000000000003");
    EXPECT_EQ(all[0].name, "OutgoingRecords");
}

TEST(Meter, names_consumers) {
    Meter meter;
    meter.add("reader", Measure::event_behind, 250);
    const auto all = taken(meter, Stream{});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].consumer, "reader");
    EXPECT_EQ(all[0].name, "SubscribeToShardEvent.MillisBehindLatest");
}

}  // namespace
}  // namespace freshet::stream
