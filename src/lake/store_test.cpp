#include "lake/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lake/limits.h"

namespace freshet::lake::store {
namespace {

/// Runs `work` in a transaction of an empty database.
void write(const std::function<Result<>(meta::Txn&)>& work) {
    auto database = meta::Database::open(":memory:", migrations());
    ASSERT_TRUE(database) << database.error().message();
    auto done = (*database)->write_now(work);
    EXPECT_TRUE(done) << done.error().message();
}

Crawler crawler() {
    Crawler one;
    one.key = {{"1", "eu"}, "nightly"};
    one.database = "lake";
    one.targets = {{"s3://a/", {"x", "y"}, std::nullopt}, {"s3://b/", {}, 7}};
    return one;
}

TEST(LakeStore, descriptions_fit_the_tables_of_the_migrations) {
    EXPECT_THAT(meta::mismatches(migrations(), shapes()), testing::IsEmpty());
}

TEST(LakeStore, a_crawler_is_loaded_as_it_was_put_last) {
    write([](meta::Txn& txn) -> Result<> {
        Crawler one = crawler();
        one.targets.push_back({"s3://gone/", {"z"}, std::nullopt});
        FRESHET_TRY(first, put(txn, one));
        EXPECT_EQ(one.id, 1);
        one.targets = crawler().targets;
        one.last = LastCrawl{Outcome::failed, "why", "log", from_epoch_ms(8)};
        FRESHET_TRY(second, put(txn, one));
        FRESHET_TRY(all, load(txn));
        EXPECT_EQ(all->size(), 1U);
        const Crawler& read = all->front();
        EXPECT_EQ(read.key, one.key);
        EXPECT_EQ(read.database, "lake");
        EXPECT_EQ(read.targets, one.targets);
        EXPECT_TRUE(read.last && read.last->outcome == Outcome::failed &&
                    read.last->log_stream == "log");
        return {};
    });
}

TEST(LakeStore, reasons_are_kept_of_the_last_crawls) {
    write([](meta::Txn& txn) -> Result<> {
        Crawler one = crawler();
        FRESHET_TRY(first, put(txn, one));
        const auto count = static_cast<int>(limits::explained_crawls_max) + 3;
        for (int i = 0; i < count; ++i) {
            PastCrawl crawl;
            crawl.id = std::to_string(i);
            FRESHET_TRY(added, add_crawl(txn, one.id, crawl));
            FRESHET_TRY(kept, add_reasons(txn, one.id, crawl.id, {"line\none", "two"}));
        }
        FRESHET_TRY(gone, reasons(txn, one.id, "2"));
        FRESHET_TRY(kept, reasons(txn, one.id, "3"));
        EXPECT_THAT(*gone, testing::IsEmpty());
        EXPECT_THAT(*kept, testing::ElementsAre("line\none", "two"));
        return {};
    });
}

TEST(LakeStore, the_last_crawls_are_kept_in_their_order) {
    write([](meta::Txn& txn) -> Result<> {
        Crawler one = crawler();
        FRESHET_TRY(first, put(txn, one));
        const auto count = static_cast<int>(limits::history_max) + 3;
        for (int i = 0; i < count; ++i) {
            PastCrawl crawl;
            crawl.id = std::to_string(i);
            crawl.tally.tables_made = i;
            FRESHET_TRY(added, add_crawl(txn, one.id, crawl));
        }
        FRESHET_TRY(all, load(txn));
        const auto& history = all->front().history;
        EXPECT_EQ(history.size(), static_cast<std::size_t>(limits::history_max));
        EXPECT_EQ(history.front().id, "3");
        EXPECT_EQ(history.back().tally.tables_made, count - 1);
        return {};
    });
}

TEST(LakeStore, a_folder_is_remembered_with_its_latest_location) {
    write([](meta::Txn& txn) -> Result<> {
        Crawler one = crawler();
        FRESHET_TRY(first, put(txn, one));
        FRESHET_TRY(added, add_folders(txn, one.id, {{"s3://a/1/", "s3://a/"}}));
        FRESHET_TRY(again, add_folders(txn, one.id, {{"s3://a/1/", "s3://a/1/"}}));
        FRESHET_TRY(seen, folders(txn, one.id));
        EXPECT_THAT(*seen, testing::ElementsAre(testing::Pair("s3://a/1/", "s3://a/1/")));
        FRESHET_TRY(removed, remove(txn, one.id));
        FRESHET_TRY(none, folders(txn, one.id));
        EXPECT_TRUE(none->empty());
        return {};
    });
}

}  // namespace
}  // namespace freshet::lake::store
