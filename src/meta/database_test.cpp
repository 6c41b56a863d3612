#include "meta/database.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "meta/versions.h"

namespace freshet::meta {
namespace {

struct DatabaseTest : testing::Test {
    DatabaseTest() {
        path = std::filesystem::temp_directory_path() /
               ("freshet-meta-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name() + ".db");
        open();
    }
    ~DatabaseTest() override {
        database.reset();
        for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(path + tail);
    }
    void open() {
        database.reset();
        auto opened =
            Database::open(path, {{"test", 1, "CREATE TABLE t (name TEXT PRIMARY KEY, n INTEGER)"},
                                  {"test", 2, "ALTER TABLE t ADD COLUMN note BLOB"}});
        ASSERT_TRUE(opened) << opened.error().message();
        database = std::move(*opened);
    }
    std::int64_t count() {
        std::int64_t rows = 0;
        const auto done = database->read_now([&](const Connection& c) {
            return c.query("SELECT COUNT(*) FROM t", {},
                           [&](const Row& row) { return rows = row.integer(0), true; });
        });
        EXPECT_TRUE(done);
        return rows;
    }
    std::string path;
    std::unique_ptr<Database> database;
};

Result<> insert(Txn& txn, const std::string& name, std::int64_t n) {
    auto done = txn.execute("INSERT INTO t (name, n) VALUES (?1, ?2)", {name, n});
    if (!done) return pass(done);
    return {};
}

TEST_F(DatabaseTest, a_committed_row_is_there_after_reopening_and_migrations_run_once) {
    ASSERT_TRUE(database->write_now([](Txn& txn) { return insert(txn, "a", 1); }));
    open();
    EXPECT_EQ(count(), 1);
}

io::Task<void> write_one(Database& database, int i, int& conflicts) {
    auto done = co_await database.write([i](Txn& txn) -> Result<> {
        auto first = insert(txn, "row" + std::to_string(i), i);
        if (!first) return first;
        return insert(txn, i % 3 == 0 ? "row" + std::to_string(i) : "other" + std::to_string(i), i);
    });
    if (done) co_return;
    EXPECT_TRUE(done.error().is(Errc::conflict)) << done.error().message();
    ++conflicts;
}

io::Task<void> write_all(io::Core& core, Database& database, int& conflicts) {
    io::Scope scope(core);
    for (int i = 0; i < 100; ++i) scope.spawn(write_one(database, i, conflicts));
    co_await scope.join();
}

TEST_F(DatabaseTest, a_failing_transaction_leaves_nothing_and_spoils_none_of_its_group) {
    io::SystemClock clock;
    int conflicts = 0;
    io::run_to_end(clock, [&](io::Core& core) { return write_all(core, *database, conflicts); });
    EXPECT_EQ(conflicts, 34);
    EXPECT_EQ(count(), 66 * 2);
}

// The deferred future runs on the thread that waits for it.
TEST_F(DatabaseTest, a_commit_waits_for_what_a_transaction_of_its_group_asks_it_to) {
    bool was_awaited = false;
    const auto written = database->write_now([&](Txn& txn) {
        txn.commit_after(std::async(std::launch::deferred, [&] {
                             was_awaited = true;
                             EXPECT_EQ(count(), 0);
                         }).share());
        return insert(txn, "a", 1);
    });
    EXPECT_TRUE(written);
    EXPECT_TRUE(was_awaited);
    EXPECT_EQ(count(), 1);
}

io::Task<void> expect_rows(Database& database, std::int64_t rows) {
    auto found = co_await database.read([](const Connection& c) -> Result<std::int64_t> {
        std::int64_t counted = 0;
        auto read = c.query("SELECT COUNT(*) FROM t", {},
                            [&](const Row& row) { return counted = row.integer(0), true; });
        if (!read) return pass(read);
        return counted;
    });
    EXPECT_TRUE(found);
    EXPECT_GE(*found, rows);
}

io::Task<void> write_and_read(io::Core& core, Database& database) {
    io::Scope readers(core);
    for (std::int64_t row = 1; row <= 50; ++row) {
        auto written = co_await database.write(
            [row](Txn& txn) { return insert(txn, "row " + std::to_string(row), row); });
        EXPECT_TRUE(written);
        for (int i = 0; i < 40; ++i) readers.spawn(expect_rows(database, row));
    }
    co_await readers.join();
}

TEST_F(DatabaseTest, reads_that_share_a_snapshot_see_each_commit_that_came_before_them) {
    io::SystemClock clock;
    io::run_to_end(clock, [&](io::Core& core) { return write_and_read(core, *database); });
}

TEST_F(DatabaseTest, a_write_changes_the_versions_that_it_notes) {
    const Versions* versions = nullptr;
    ASSERT_TRUE(database->read_now([&](const Connection&) -> Result<> {
        versions = &versions_here();
        return {};
    }));
    const auto one = versions->of(1), two = versions->of(2);
    ASSERT_TRUE(database->write_now([&](Txn& txn) {
        versions_here().note(1);
        EXPECT_EQ(versions->of(1), one);
        return insert(txn, "a", 1);
    }));
    EXPECT_TRUE(versions->of(1));
    EXPECT_NE(versions->of(1), one);
    EXPECT_EQ(versions->of(2), two);
}

}  // namespace
}  // namespace freshet::meta
