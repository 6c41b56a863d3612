#include "stream/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::stream::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto all = log::migrations();
    for (const auto& migration : migrations()) all.push_back(migration);
    auto database = meta::Database::open(":memory:", all);
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

Stream one_stream() {
    Stream stream;
    stream.key = {{"1", "eu"}, "clicks"};
    stream.created = from_epoch_ms(1);
    stream.mode = Mode::on_demand;
    stream.shard_metrics = {"IncomingBytes", "IncomingRecords"};
    stream.tags = {{"team", "data"}};
    Shard shard;
    shard.last_hash = hash_key_max;
    shard.created = shard.opened = from_epoch_ms(2);
    stream.shards = {shard};
    return stream;
}

TEST(StreamStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(StreamStore, a_stream_is_loaded_as_it_was_inserted) {
    write([](meta::Txn& txn) -> Result<> {
        Stream stream = one_stream();
        FRESHET_TRY(inserted, insert(txn, stream));
        Consumer consumer{0, "reader", from_epoch_ms(3), {{"a", "b"}}, "policy"};
        FRESHET_TRY(entered, insert_consumer(txn, stream.id, consumer));
        FRESHET_TRY(loaded, load(txn));
        if (loaded->streams.size() != 1) return fail(freshet::Errc::corrupt, "not one stream");
        const Stream& read = loaded->streams.front();
        EXPECT_EQ(read.key, stream.key);
        EXPECT_EQ(read.mode, Mode::on_demand);
        EXPECT_EQ(read.shard_metrics, stream.shard_metrics);
        EXPECT_EQ(read.tags, stream.tags);
        EXPECT_EQ(read.consumers.at("reader").tags, consumer.tags);
        EXPECT_EQ(read.consumers.at("reader").id, consumer.id);
        EXPECT_EQ(read.shards.size(), 1U);
        EXPECT_EQ(read.shards[0].partition, stream.shards[0].partition);
        EXPECT_TRUE(read.shards[0].last_hash == hash_key_max);
        EXPECT_EQ(read.open.size(), 1U);
        return {};
    });
}

TEST(StreamStore, a_prepared_reshard_waits_for_its_settling) {
    write([](meta::Txn& txn) -> Result<> {
        Stream stream = one_stream();
        FRESHET_TRY(inserted, insert(txn, stream));
        std::vector<Born> born(2);
        born[0].shard.index = 1;
        born[0].stays = false;
        born[0].shard.closed = from_epoch_ms(9);
        born[1].shard.index = 2;
        born[1].shard.parent = 1;
        FRESHET_TRY(prepared, prepare_reshard(txn, stream.id, born));
        FRESHET_TRY(before, load(txn));
        EXPECT_EQ(before->streams[0].shards.size(), 1U);
        EXPECT_EQ(before->unsettled.size(), 1U);
        EXPECT_EQ(before->unsettled[0].born.size(), 2U);
        EXPECT_FALSE(before->unsettled[0].born[0].stays);
        EXPECT_FALSE(before->unsettled[0].born[0].shard.closed);
        EXPECT_TRUE(before->unsettled[0].born[1].stays);
        EXPECT_EQ(before->unsettled[0].born[1].shard.parent, 1U);

        Shard closed = stream.shards[0];
        closed.closed = from_epoch_ms(9);
        closed.end = 40;
        FRESHET_TRY(settled,
                    settle_reshard(txn, stream.id, {closed}, {born[0].shard, born[1].shard}));
        FRESHET_TRY(after, load(txn));
        EXPECT_TRUE(after->unsettled.empty());
        EXPECT_EQ(after->streams[0].shards.size(), 3U);
        EXPECT_EQ(after->streams[0].shards[0].end, 40U);
        EXPECT_EQ(after->streams[0].open.size(), 1U);
        return {};
    });
}

TEST(StreamStore, the_key_of_iterators_is_made_once) {
    write([](meta::Txn& txn) -> Result<> {
        FRESHET_TRY(first, iterator_key(txn));
        FRESHET_TRY(again, iterator_key(txn));
        EXPECT_EQ(first->size(), 32U);
        EXPECT_EQ(*first, *again);
        return {};
    });
}

}  // namespace
}  // namespace freshet::stream::store
