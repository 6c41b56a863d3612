// Puts: each entry is answered in its place, whichever shard takes it, or none.
#include "stream/streams_fixture.h"

namespace freshet::stream {
namespace {

const StreamKey key{{"000000000000", "us-east-1"}, "s"};

/// A stream of two shards.
struct PutTest : StreamsTest {
    io::Task<void> before(Streams& streams) {
        NewStream wanted;
        wanted.shard_count = 2;
        auto created = co_await streams.catalog().create(key, std::move(wanted));
        EXPECT_TRUE(created) << created.error().message();
    }
};

PutEntry entry(HashKey hash, std::size_t bytes) {
    return {"k", hash, Bytes::own(std::string(bytes, 'x'))};
}

io::Task<void> put_to_both(PutTest&, Streams& streams) {
    std::vector<PutEntry> entries;
    for (const HashKey hash : {HashKey{0}, hash_key_max, HashKey{1}, hash_key_max - 1})
        entries.push_back(entry(hash, 10));
    auto placed = co_await streams.records().put(key, std::move(entries));
    EXPECT_TRUE(placed && placed->size() == 4);
    if (!placed || placed->size() != 4) co_return;
    EXPECT_EQ(placed->at(0).shard, 0U);
    EXPECT_EQ(placed->at(1).shard, 1U);
    EXPECT_EQ(placed->at(2).shard, 0U);
    EXPECT_EQ(placed->at(3).shard, 1U);
    EXPECT_LT(placed->at(0).sequence_number, placed->at(2).sequence_number);
    EXPECT_LT(placed->at(1).sequence_number, placed->at(3).sequence_number);
}

TEST_F(PutTest, answers_in_the_order_of_the_entries_over_all_shards) { run(put_to_both); }

io::Task<void> put_too_much(PutTest&, Streams& streams) {
    constexpr std::size_t more_than_half = 600 * 1024;  // of what a shard takes a second
    std::vector<PutEntry> entries;
    entries.push_back(entry(0, more_than_half));
    entries.push_back(entry(0, more_than_half));
    entries.push_back(entry(0, 10));
    entries.push_back(entry(hash_key_max, more_than_half));
    auto placed = co_await streams.records().put(key, std::move(entries));
    EXPECT_TRUE(placed && placed->size() == 4);
    if (!placed || placed->size() != 4) co_return;
    EXPECT_FALSE(placed->at(0).is_throttled);
    EXPECT_TRUE(placed->at(1).is_throttled);
    EXPECT_EQ(placed->at(1).shard, 0U);
    EXPECT_EQ(placed->at(1).sequence_number, "");
    EXPECT_FALSE(placed->at(2).is_throttled) << "a smaller one still fits";
    EXPECT_LT(placed->at(0).sequence_number, placed->at(2).sequence_number);
    EXPECT_FALSE(placed->at(3).is_throttled) << "the other shard has its own rate";
    const ShardFigures figures = streams.watch().shard_figures(key, 0);
    EXPECT_EQ(figures.records_in, 2U);
    EXPECT_EQ(figures.writes_throttled, 1U);
}

TEST_F(PutTest, a_throttled_entry_goes_nowhere_and_the_others_are_kept) {
    options.has_aws_limits = true;
    run(put_too_much);
}

io::Task<void> put_throttled_only(PutTest& test, Streams& streams) {
    std::vector<PutEntry> first;
    first.push_back(entry(0, 1024 * 1024 - 1));
    auto taken = co_await streams.records().put(key, std::move(first));
    EXPECT_TRUE(taken && !taken->front().is_throttled);
    for (const bool is_throttled : {true, false}) {
        std::vector<PutEntry> next;
        next.push_back(entry(0, 1024));
        auto placed = co_await streams.records().put(key, std::move(next), PutCall::record);
        EXPECT_TRUE(placed && placed->front().is_throttled == is_throttled);
        test.clock.advance(1s);
    }
}

TEST_F(PutTest, a_put_of_throttled_entries_only_appends_nothing) {
    options.has_aws_limits = true;
    run(put_throttled_only);
}

io::Task<void> put_too_large(PutTest&, Streams& streams) {
    std::vector<PutEntry> entries;
    entries.push_back(entry(0, 10));
    entries.push_back(entry(0, 1024 * 1024));  // with its key, a byte more than a record may have
    auto refused = co_await streams.records().put(key, std::move(entries));
    EXPECT_TRUE(!refused && refused.error().is(Errc::invalid_argument));
    EXPECT_EQ(streams.watch().sum_of_figures(key).records_in, 0U) << "all or nothing";
}

TEST_F(PutTest, a_record_that_is_too_large_refuses_the_whole_put) { run(put_too_large); }

}  // namespace
}  // namespace freshet::stream
