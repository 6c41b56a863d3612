// The decisions of a delivery stream: what it takes, when an object is cut, and what follows.
#include "delivery/buffer.h"

#include <gtest/gtest.h>

#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

const log::PartitionId inbox(1), shard(2);
const Timestamp start = from_epoch_ms(1'700'000'000'000);

class BufferTest : public testing::Test {
  protected:
    BufferTest() {
        stream.id = 7;
        stream.key.name = "d";
        stream.inbox = inbox;
        stream.destination.buffer_mib = 1;
        stream.destination.interval_s = 300;
    }
    void take(log::PartitionId partition, log::Ordinal ordinal, Millis at,
              std::vector<std::string> texts) {
        std::vector<Bytes> data;
        for (std::string& text : texts) data.push_back(Bytes::own(std::move(text)));
        buffer.take({partition, ordinal, start + at}, data, stream.destination);
    }
    /// One record at the start, into another buffer.
    void take_into(Buffer& other, log::Ordinal ordinal, std::string_view text) {
        std::vector<Bytes> data{Bytes::literal(text)};
        other.take({shard, ordinal, start}, data, stream.destination);
    }
    Buffer::Next next(Millis at) const { return buffer.next(stream.destination, start + at); }
    /// "2:4-6 1:0-1"
    std::string ranges() const {
        std::string text;
        for (const CutRange& range : buffer.waiting().ranges)
            text += (text.empty() ? "" : " ") + std::to_string(*range.partition) + ":" +
                    std::to_string(range.first) + "-" + std::to_string(range.next);
        return text;
    }
    Cut cut_of(const Buffer& other) const { return make_cut(other.waiting(), stream); }
    Cut cut_off() {
        Cut cut = cut_of(buffer);
        buffer.cut_off();
        return cut;
    }
    void deliver() { buffer.delivered(cut_off()); }

    DeliveryStream stream;
    Buffer buffer{{{*shard, 4}}};
};

TEST_F(BufferTest, an_empty_buffer_waits_without_an_end) {
    EXPECT_FALSE(next(0ms).cuts);
    EXPECT_FALSE(next(0ms).looks_at);
    EXPECT_FALSE(buffer.oldest());
}

TEST_F(BufferTest, the_partitions_of_a_stream_wait_together_in_bounded_memory) {
    stream.destination.options.partitioning = Partitioning{};
    stream.destination.buffer_mib = 128;
    const Bytes record = Bytes::own(std::string(1 << 20, 'x'));
    log::Ordinal taken = 4;
    for (; !buffer.is_full(stream.destination); ++taken) {
        EXPECT_FALSE(next(0ms).cuts);
        std::vector<Bytes> data{record};
        buffer.take({shard, taken, start}, data, stream.destination);
        ASSERT_LE(buffer.bytes(), limits::partitioned_bytes_max);
    }
    EXPECT_EQ(buffer.bytes(), limits::partitioned_bytes_max);
    EXPECT_TRUE(next(0ms).cuts) << "before its time";
}

TEST_F(BufferTest, it_cuts_when_its_oldest_record_is_old_enough) {
    take(inbox, 0, 5s, {"late"});
    take(shard, 4, 1s, {"early"});
    take(shard, 5, 9s, {"x"});
    EXPECT_EQ(next(0ms).looks_at, start + 301s) << "the oldest of all partitions counts";
    EXPECT_FALSE(next(300'999ms).cuts);
    EXPECT_TRUE(next(301s).cuts);
    stream.destination.interval_s = 0;
    EXPECT_TRUE(next(1s).cuts) << "at once";
}

TEST_F(BufferTest, it_cuts_when_it_is_full) {
    take(inbox, 0, 0ms, {std::string((1 << 20) - 1, 'x')});
    EXPECT_FALSE(next(0ms).cuts);
    EXPECT_EQ(buffer.room(stream.destination), 1u);
    take(inbox, 1, 0ms, {"x"});
    EXPECT_TRUE(buffer.is_full(stream.destination));
    EXPECT_TRUE(next(0ms).cuts);
}

TEST_F(BufferTest, newlines_that_are_appended_count) {
    stream.destination.appends_newline = true;
    take(inbox, 0, 0ms, {std::string((1 << 20) - 1, 'x')});
    EXPECT_TRUE(next(0ms).cuts);
    EXPECT_EQ(buffer.bytes(), 1u << 20);
}

TEST_F(BufferTest, it_cuts_when_very_many_small_records_wait) {
    take(inbox, 0, 0ms, std::vector<std::string>(limits::buffer_records_max - 1));
    EXPECT_FALSE(next(0ms).cuts);
    take(inbox, 1, 0ms, {""});
    EXPECT_TRUE(next(0ms).cuts);
}

TEST_F(BufferTest, a_smaller_destination_cuts_what_waits_already) {
    stream.destination.buffer_mib = 5;
    take(inbox, 0, 0ms, {std::string(1 << 20, 'x')});
    EXPECT_FALSE(next(0ms).cuts);
    stream.destination.buffer_mib = 1;
    EXPECT_TRUE(next(0ms).cuts);
}

TEST_F(BufferTest, a_cut_names_the_records_of_each_partition_in_the_order_of_reading) {
    take(shard, 4, 0ms, {"a", "b"});
    take(shard, 5, 0ms, {"c"});
    take(inbox, 0, 0ms, {"d"});
    EXPECT_EQ(ranges(), "2:4-6 1:0-1");
    EXPECT_EQ(buffer.records(), 4u);
}

TEST_F(BufferTest, a_record_without_data_moves_the_position_and_waits_for_nothing) {
    take(shard, 4, 0ms, {});
    EXPECT_EQ(buffer.position(shard), 5u);
    EXPECT_FALSE(next(0ms).looks_at);
    take(shard, 5, 0ms, {"a"});
    EXPECT_EQ(ranges(), "2:5-6") << "the position passes it with the next object";
    deliver();
    EXPECT_EQ(buffer.places().at(*shard).delivered, 6u);
}

TEST_F(BufferTest, after_a_delivery_the_positions_are_past_it_and_nothing_waits) {
    take(shard, 4, 0ms, {"a"});
    take(inbox, 0, 3ms, {"b"});
    deliver();
    EXPECT_EQ(buffer.bytes(), 0u);
    EXPECT_FALSE(next(1000s).cuts);
    EXPECT_EQ(buffer.places().at(*shard).delivered, 5u);
    EXPECT_EQ(buffer.places().at(*inbox).delivered, 1u);
    take(inbox, 1, 7s, {"c"});
    EXPECT_EQ(next(0ms).looks_at, start + 307s) << "the age is that of what waits now";
    EXPECT_EQ(ranges(), "1:1-2");
}

TEST_F(BufferTest, what_is_read_while_a_cut_is_on_its_way_is_of_the_next_one) {
    take(shard, 4, 0ms, {"a"});
    const Cut first = cut_off();
    EXPECT_EQ(buffer.bytes(), 0u);
    EXPECT_FALSE(next(300s).cuts);
    take(shard, 5, 301s, {"b"});
    take(inbox, 0, 302s, {"c"});
    const Cut second = cut_off();
    EXPECT_NE(second.key, first.key);
    take(shard, 6, 303s, {"d"});
    buffer.delivered(first);
    EXPECT_EQ(buffer.places().at(*shard).delivered, 5u);
    buffer.delivered(second);
    EXPECT_EQ(buffer.places().at(*shard).delivered, 6u);
    EXPECT_EQ(buffer.places().at(*inbox).delivered, 1u);
    EXPECT_EQ(ranges(), "2:6-7");
}

TEST_F(BufferTest, what_waits_is_given_back_to_be_read_for_another_destination) {
    take(shard, 4, 0ms, {"a"});
    const Cut first = cut_off();
    take(shard, 5, 0ms, {"b"});
    take(inbox, 0, 0ms, {"c"});
    buffer.give_back();
    EXPECT_EQ(buffer.bytes(), 0u);
    EXPECT_EQ(buffer.position(shard), 5u) << "what was cut off stays";
    EXPECT_EQ(buffer.position(inbox), 0u);
    buffer.begin_again();
    EXPECT_EQ(buffer.position(shard), 4u) << "what was cut off is read again as well";
    take(shard, 4, 0ms, {"a"});
    EXPECT_EQ(cut_of(buffer).key, first.key);
}

TEST_F(BufferTest, a_backlog_fills_one_object_at_a_time) {
    for (log::Ordinal i = 4; !buffer.is_full(stream.destination); ++i)
        take(shard, i, 0ms, {std::string(100'000, 'x')});
    EXPECT_EQ(ranges(), "2:4-15");
    EXPECT_EQ(buffer.position(shard), 15u) << "the next object goes on here";
    deliver();
    take(shard, 15, 0ms, {"x"});
    EXPECT_EQ(ranges(), "2:15-16");
}

TEST_F(BufferTest, after_a_restart_the_unfinished_object_is_made_of_the_same_records) {
    take(shard, 4, 0ms, {"a"});
    take(shard, 5, 0ms, {"b"});
    const Cut cut = cut_of(buffer);
    Buffer after{{{*shard, 4}}};
    after.begin_again(cut);
    EXPECT_EQ(after.position(shard), 4u);
    take_into(after, 4, "a");
    after.begin_again(cut);  // the read failed: once more
    EXPECT_EQ(after.bytes(), 0u);
    take_into(after, 4, "a");
    take_into(after, 5, "b");
    EXPECT_EQ(cut_of(after).key, cut.key);
    after.cut_off();
    after.delivered(cut);
    EXPECT_EQ(after.places().at(*shard).delivered, 6u);
}

TEST_F(BufferTest, records_of_a_cut_that_expired_are_passed_over) {
    const Cut cut{"key", {{shard, 4, 7}}};
    Buffer after{{{*shard, 4}}};
    after.begin_again(cut);
    after.skip(shard, 6);
    take_into(after, 6, "c");
    after.cut_off();
    after.delivered(cut);
    EXPECT_EQ(after.position(shard), 7u);
    after.begin_again({"next", {{shard, 7, 9}}});
    after.skip(shard, 9);
    EXPECT_EQ(after.bytes(), 0u);
    after.delivered({"next", {{shard, 7, 9}}});
    EXPECT_EQ(after.places().at(*shard).delivered, 9u);
}

TEST_F(BufferTest, the_key_follows_from_the_stream_its_version_the_oldest_record_and_positions) {
    take(shard, 4, 0ms, {"a"});
    const std::string key = cut_of(buffer).key;
    EXPECT_EQ(cut_of(buffer).key, key);
    EXPECT_TRUE(key.starts_with("2023/11/14/22/d-1-2023-11-14-22-13-20-")) << key;
    Buffer other{{{*shard, 5}}};
    take_into(other, 5, "a");
    EXPECT_NE(cut_of(other).key, key);
    stream.version = 2;
    EXPECT_NE(cut_of(buffer).key, key);
    stream.version = 1;
    stream.destination.compression = Compression::gzip;
    EXPECT_EQ(cut_of(buffer).key, key + ".gz");
    stream.destination.file_extension = ".log";
    EXPECT_EQ(cut_of(buffer).key, key + ".log");
}

TEST_F(BufferTest, a_record_that_is_taken_twice_or_passed_over_is_a_defect) {
    take(shard, 4, 0ms, {"a"});
    EXPECT_DEATH(take(shard, 4, 0ms, {"a"}), "ordinal >= read");
    EXPECT_DEATH(buffer.delivered({"key", {{shard, 3, 5}}}), "delivered_to <= range.first");
    EXPECT_DEATH(buffer.delivered({"key", {{shard, 4, 6}}}), "range.next <= position");
    EXPECT_DEATH(buffer.delivered({"key", {{shard, 4, 5}}}), "<= waiting.first")
        << "it was not cut off";
    EXPECT_DEATH(buffer.begin_again({"key", {{shard, 3, 5}}}), "<= range.first");
}

}  // namespace
}  // namespace freshet::delivery
