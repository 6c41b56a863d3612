// Looks at a stream: they show what is there, and count as no read.
#include "stream/streams_fixture.h"

namespace freshet::stream {
namespace {

const StreamKey key{{"000000000000", "us-east-1"}, "s"};

/// A shard of three records, one a second.
struct WatchTest : StreamsTest {
    io::Task<void> before(Streams& streams) {
        NewStream wanted;
        wanted.shard_count = 1;
        auto made = co_await streams.catalog().create(key, std::move(wanted));
        EXPECT_TRUE(made) << made.error().message();
        for (const char* text : {"one", "two", "three"}) {
            std::vector<PutEntry> entries;
            entries.push_back({"k", std::nullopt, Bytes::literal(text)});
            auto placed = co_await streams.records().put(key, std::move(entries));
            EXPECT_TRUE(placed) << placed.error().message();
            clock.advance(1s);
        }
    }
};

Shard first_shard(Streams& streams) { return (*streams.catalog().find(key))->shards.front(); }

io::Task<void> measure(WatchTest&, Streams& streams) {
    const Shard shard = first_shard(streams);
    Lag lag = co_await streams.watch().lag(shard, 0);
    EXPECT_EQ(lag.records, 3U);
    EXPECT_EQ(lag.age, 3000ms) << "of the oldest record that was not read";
    lag = co_await streams.watch().lag(shard, 2);
    EXPECT_EQ(lag.records, 1U);
    EXPECT_EQ(lag.age, 1000ms);
    lag = co_await streams.watch().lag(shard, 3);
    EXPECT_EQ(lag.records, 0U);
    EXPECT_FALSE(lag.age);
}

TEST_F(WatchTest, lag_counts_what_was_not_read_and_has_its_age) { run(measure); }

io::Task<void> look_twice(WatchTest&, Streams& streams) {
    auto first = co_await streams.watch().look(key, 0, {Start::trim_horizon, "", {}}, 2, 1 << 20);
    EXPECT_TRUE(first && first->records.size() == 2 && first->behind > 0ms && !first->is_end);
    if (!first) co_return;
    auto second = co_await streams.watch().look(
        key, 0, {Start::after_sequence_number, first->next, {}}, 2, 1 << 20);
    EXPECT_TRUE(second && second->records.size() == 1 && second->records[0].data.view() == "three");
    const ShardFigures figures = streams.watch().shard_figures(key, 0);
    EXPECT_EQ(figures.records_in, 3U);
    EXPECT_EQ(figures.records_out, 0U);
    EXPECT_EQ(figures.reads, 0U);
}

TEST_F(WatchTest, a_look_continues_where_one_ended_and_is_not_a_read) { run(look_twice); }

std::uint64_t records_measured(Streams& streams) {
    std::uint64_t sum = 0;
    for (const Measured& one : streams.watch().take_measured())
        if (one.name == "IncomingRecords") sum += one.tally.sum;
    return sum;
}

io::Task<void> count(WatchTest&, Streams& streams) {
    EXPECT_EQ(records_measured(streams), 3U);
    const std::string mebibyte((1 << 20) - 1, 'x');
    std::vector<PutEntry> entries;
    for (int i = 0; i < 33; ++i)  // more than the log takes at once
        entries.push_back({"k", std::nullopt, Bytes::literal(mebibyte)});
    auto refused = co_await streams.records().put(key, std::move(entries));
    EXPECT_FALSE(refused);
    EXPECT_EQ(streams.watch().shard_figures(key, 0).records_in, 3U);
    EXPECT_EQ(records_measured(streams), 0U);
    streams.records().count_in(**streams.catalog().find(key), 0, 2, 20);
    EXPECT_EQ(streams.watch().shard_figures(key, 0).records_in, 5U);
    EXPECT_EQ(records_measured(streams), 2U);
}

TEST_F(WatchTest, figures_have_what_siblings_append_and_no_refused_put) { run(count); }

io::Task<void> look_to_the_end(WatchTest&, Streams& streams) {
    auto split = co_await streams.shards().split(key, 0, HashKey{1} << 127);
    EXPECT_TRUE(split) << split.error().message();
    auto seen = co_await streams.watch().look(key, 0, {Start::trim_horizon, "", {}}, 10, 1 << 20);
    EXPECT_TRUE(seen && seen->records.size() == 3 && seen->is_end);
    if (seen) EXPECT_EQ(seen->children, (std::vector<std::uint32_t>{1, 2}));
    const Lag lag = co_await streams.watch().lag(first_shard(streams), 3);
    EXPECT_EQ(lag.records, 0U) << "the closing record does not count";
}

TEST_F(WatchTest, a_closed_shard_names_its_children) { run(look_to_the_end); }

io::Task<void> read_once(WatchTest& test, Streams& streams) {
    auto iterator = co_await streams.records().iterator(key, 0, {Start::trim_horizon, "", {}});
    EXPECT_TRUE(iterator);
    if (!iterator) co_return;
    auto answer = co_await streams.records().read(std::move(*iterator), 1);
    EXPECT_TRUE(answer);
    const ShardFigures figures = streams.watch().shard_figures(key, 0);
    EXPECT_EQ(figures.reads, 1U);
    EXPECT_EQ(figures.read_next, 1U);
    EXPECT_EQ(figures.last_read, test.clock.now());
    EXPECT_EQ(streams.watch().sum_of_figures(key).records_out, 1U);
}

TEST_F(WatchTest, reads_leave_where_they_got_to) { run(read_once); }

io::Task<void> follow(WatchTest&, Streams& streams) {
    auto consumer = co_await streams.fan_out().register_consumer(key, "c", {});
    EXPECT_TRUE(consumer);
    {
        auto subscription =
            co_await streams.fan_out().subscribe(key, "c", 0, {Start::trim_horizon, "", {}});
        EXPECT_TRUE(subscription);
        if (!subscription) co_return;
        EXPECT_EQ(streams.fan_out().followed(**streams.catalog().find(key)).at(0).next, 0U);
        auto batch = co_await (*subscription)->next();
        EXPECT_TRUE(batch);
        const Followed now = streams.fan_out().followed(**streams.catalog().find(key)).at(0);
        EXPECT_TRUE(now.is_active);
        EXPECT_EQ(now.next, 3U);
        EXPECT_EQ(now.consumer, (*streams.fan_out().find_consumer(key, "c"))->id);
    }
    const Followed after = streams.fan_out().followed(**streams.catalog().find(key)).at(0);
    EXPECT_FALSE(after.is_active);
    EXPECT_EQ(after.next, 3U);
}

TEST_F(WatchTest, a_subscription_that_has_ended_leaves_its_position) { run(follow); }

}  // namespace
}  // namespace freshet::stream
