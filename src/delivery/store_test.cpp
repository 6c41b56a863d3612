#include "delivery/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meta/cell.h"

namespace freshet::delivery::store {
namespace {

using testing::ElementsAre;
using testing::Pair;

struct DeliveryStoreTest : testing::Test {
    /// Runs `work` in a transaction of an empty database.
    void write(const std::function<Result<>(meta::Txn&)>& work) {
        auto all = log::migrations();
        for (const auto& migration : migrations()) all.push_back(migration);
        auto database = meta::Database::open(":memory:", all);
        ASSERT_TRUE(database) << database.error().message();
        auto done = (*database)->write_now(work);
        EXPECT_TRUE(done) << done.error().message();
    }
    DeliveryStream stream() const {
        DeliveryStream one;
        one.key = {{"1", "eu"}, "clicks"};
        one.created = from_epoch_ms(1);
        one.destination.bucket = "lake";
        one.destination.prefix = "year=";
        one.destination.compression = Compression::hadoop_snappy;
        one.destination.options.processors = {
            {ProcessorKind::lambda, {{"LambdaArn", "f"}, {"NumberOfRetries", "2"}}},
            {ProcessorKind::metadata_extraction, {}}};
        one.destination.options.partitioning = Partitioning{7};
        Backup& backup = one.destination.options.backup.emplace();
        backup.bucket = "b";
        backup.prefix = "p/";
        backup.interval_s = 0;
        one.source = KinesisSource{{{"1", "eu"}, "rides"}, "arn:role", from_epoch_ms(2)};
        one.tags = {{"team", "data"}};
        one.sealing_calls = {from_epoch_ms(3), from_epoch_ms(4)};
        return one;
    }
};

TEST(DeliveryStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST_F(DeliveryStoreTest, a_stream_is_loaded_as_it_was_inserted) {
    write([&](meta::Txn& txn) -> Result<> {
        DeliveryStream one = stream();
        FRESHET_TRY(inserted, insert(txn, one));
        EXPECT_EQ(one.id, 1);
        FRESHET_TRY(all, load(txn));
        if (all->size() != 1) return fail(freshet::Errc::corrupt, "not one stream");
        const DeliveryStream& read = all->front().stream;
        EXPECT_EQ(read.key, one.key);
        EXPECT_EQ(read.sealing_calls, one.sealing_calls);
        EXPECT_EQ(read.inbox, one.inbox);
        EXPECT_EQ(read.updated, std::nullopt);
        EXPECT_EQ(read.destination.prefix, "year=");
        EXPECT_EQ(read.destination.error_prefix, std::nullopt);
        EXPECT_EQ(read.destination.compression, Compression::hadoop_snappy);
        EXPECT_EQ(read.destination.options, one.destination.options);
        EXPECT_TRUE(read.source && read.source->started == one.source->started);
        EXPECT_TRUE(read.source && read.source->stream == one.source->stream);
        EXPECT_EQ(read.destination.bucket, "lake");
        EXPECT_EQ(read.tags, one.tags);
        EXPECT_FALSE(all->front().cut);
        return {};
    });
}

TEST_F(DeliveryStoreTest, a_stream_without_a_source_is_loaded_too) {
    write([&](meta::Txn& txn) -> Result<> {
        DeliveryStream one = stream();
        one.source.reset();
        FRESHET_TRY(inserted, insert(txn, one));
        FRESHET_TRY(all, load(txn));
        EXPECT_EQ(all->size(), 1U);
        EXPECT_FALSE(all->front().stream.source);
        return {};
    });
}

TEST_F(DeliveryStoreTest, resources_are_kept_as_their_arns) {
    write([&](meta::Txn& txn) -> Result<> {
        DeliveryStream one = stream();
        FRESHET_TRY(inserted, insert(txn, one));
        FRESHET_TRY(kept,
                    meta::first<std::string>(
                        txn, "SELECT bucket_arn || ' ' || source_arn FROM delivery_streams", {}));
        EXPECT_EQ(*kept, "arn:aws:s3:::lake arn:aws:kinesis:eu:1:stream/rides");
        return {};
    });
}

TEST_F(DeliveryStoreTest, an_update_leaves_the_cut_and_the_source_as_they_are) {
    write([&](meta::Txn& txn) -> Result<> {
        DeliveryStream one = stream();
        FRESHET_TRY(inserted, insert(txn, one));
        const Cut cut{"clicks-1", {{log::PartitionId(7), 3, 9}}};
        FRESHET_TRY(written, write_cut(txn, one.id, cut));
        one.source.reset();
        one.version = 2;
        FRESHET_TRY(updated, update(txn, one));
        FRESHET_TRY(all, load(txn));
        if (all->size() != 1) return fail(freshet::Errc::corrupt, "not one stream");
        const Loaded& read = all->front();
        EXPECT_EQ(read.stream.version, 2);
        EXPECT_TRUE(read.stream.source);
        EXPECT_TRUE(read.cut && read.cut->key == "clicks-1" && read.cut->ranges.size() == 1 &&
                    read.cut->ranges[0].next == 9);
        return {};
    });
}

TEST_F(DeliveryStoreTest, a_finished_cut_is_forgotten_and_its_positions_have_moved) {
    write([&](meta::Txn& txn) -> Result<> {
        DeliveryStream one = stream();
        FRESHET_TRY(inserted, insert(txn, one));
        const Cut cut{"clicks-1", {{log::PartitionId(7), 3, 9}, {log::PartitionId(8), 0, 2}}};
        FRESHET_TRY(written, write_cut(txn, one.id, cut));
        FRESHET_TRY(finished, finish_cut(txn, one.id, cut));
        FRESHET_TRY(all, load(txn));
        if (all->size() != 1) return fail(freshet::Errc::corrupt, "not one stream");
        EXPECT_FALSE(all->front().cut);
        EXPECT_THAT(all->front().positions, ElementsAre(Pair(7, 9), Pair(8, 2)));
        return {};
    });
}

}  // namespace
}  // namespace freshet::delivery::store
