// The follower over a real log: where records are read, and what wakes its owner.
#include "log/follow/follower.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/log.h"

namespace freshet::log {
namespace {

namespace fs = std::filesystem;

io::Task<void> put(Log* log, PartitionId id, std::string text) {
    std::vector<Append> batches;
    batches.push_back({id, {Bytes::own(std::move(text))}, {}});
    auto appended = co_await log->append(std::move(batches));
    EXPECT_TRUE(appended);
}

class FollowerTest : public testing::Test {
  protected:
    FollowerTest() {
        set_log_level(LogLevel::error);
        const fs::path base =
            fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        root = base / ("freshet-follower-" + std::to_string(::getpid()));
        fs::remove_all(root);
        fs::create_directories(root);
        database = std::move(*meta::Database::open(root / "meta.db", migrations()));
        open();
    }
    ~FollowerTest() override {
        log.reset();
        database.reset();
        fs::remove_all(root);
    }
    void open() {
        log.reset();
        log = std::move(*Log::open(*disk, root / "log", clock, *database, {}));
    }
    PartitionId make() {
        PartitionId id;
        EXPECT_TRUE(database->write_now([&](meta::Txn& txn) -> Result<> {
            auto made = Log::create_in(txn, "test");
            if (!made) return pass(made);
            id = *made;
            return {};
        }));
        log->add(id);
        return id;
    }
    void append(PartitionId id, const std::string& text) {
        clock.advance(1ms);
        io::run_to_end(clock, [&](io::Core&) { return put(log.get(), id, text); });
    }
    /// Everything that is durable, as texts in order.
    static io::Task<void> drain(FollowerTest* test, Follower* follower, Merge* merge,
                                std::vector<std::string>* out) {
        const std::function<bool(const Record&)> is_wanted = [](const Record& record) {
            return record.data.view() != "END";
        };
        for (const Merge::Source& source : merge->sources())
            merge->set_end(source.rank, test->log->tail(source.partition)->next);
        bool is_all = false;
        while (!is_all) {
            auto chunk = co_await follower->take(*merge, Timestamp::max(), {2, 100}, is_wanted);
            EXPECT_TRUE(chunk);
            if (!chunk) co_return;
            EXPECT_LE(chunk->taken.size(), 2u);
            for (const Taken& taken : chunk->taken) out->push_back(taken.record.data.str());
            is_all = chunk->is_all;
        }
    }
    std::vector<std::string> drain(Merge& merge) {
        std::vector<std::string> out;
        io::Pool pool(1, "test");
        io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
            return with_follower(core, pool, merge, out);
        });
        return out;
    }
    io::Task<void> with_follower(io::Core& core, io::Pool& pool, Merge& merge,
                                 std::vector<std::string>& out) {
        Follower follower(core, pool, *log);
        co_await drain(this, &follower, &merge, &out);
    }
    using Texts = std::vector<std::string>;

    fs::path root;
    io::ManualClock clock{from_epoch_ms(1'000'000)};
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    std::unique_ptr<meta::Database> database;
    std::unique_ptr<Log> log;
};

TEST_F(FollowerTest, records_come_in_order_from_segments_and_from_memory) {
    const PartitionId a = make(), b = make();
    append(a, "1");
    append(b, "2");
    append(a, "3");
    ASSERT_TRUE(log->flush());
    open();  // what was flushed is not in memory any more
    EXPECT_FALSE(log->is_cached(a, 0));
    append(b, "4");
    append(a, "5");
    append(b, "END");
    Merge merge({100, 1 << 20});
    merge.add(0, a, 0);
    merge.add(1, b, 0);
    EXPECT_EQ(drain(merge), (Texts{"1", "2", "3", "4", "5"}));
    EXPECT_EQ(merge.positions(), (Positions{{*a, 3}, {*b, 3}})) << "the end counts as taken";
    append(a, "6");
    EXPECT_EQ(drain(merge), (Texts{"6"}));
}

TEST_F(FollowerTest, positions_hold_over_a_restart) {
    const PartitionId a = make(), b = make();
    append(a, "1");
    append(b, "2");
    Merge before({100, 1 << 20});
    before.add(0, a, 0);
    before.add(1, b, 0);
    EXPECT_EQ(drain(before), (Texts{"1", "2"}));
    append(b, "3");
    append(a, "4");
    open();
    Merge after({100, 1 << 20});
    after.add(0, a, before.positions().at(*a));
    after.add(1, b, before.positions().at(*b));
    EXPECT_EQ(drain(after), (Texts{"3", "4"}));
}

io::Task<void> read_what_is_gone(io::Core* core, Log* log, io::Pool* pool, Merge* merge) {
    Follower follower(*core, *pool, *log);
    const std::function<bool(const Record&)> is_wanted = [](const Record&) { return true; };
    const auto chunk = co_await follower.take(*merge, Timestamp::max(), {10, 100}, is_wanted);
    EXPECT_FALSE(chunk);
}

TEST_F(FollowerTest, a_read_that_fails_leaves_the_positions_where_they_were) {
    const PartitionId a = make();
    append(a, "1");
    Merge merge({100, 1 << 20});
    merge.add(0, a, 0);
    merge.set_end(0, 1);
    merge.add(1, PartitionId(99), 0);
    merge.set_end(1, 1);
    io::Pool pool(1, "test");
    io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
        return read_what_is_gone(&core, log.get(), &pool, &merge);
    });
    EXPECT_EQ(merge.positions(), (Positions{{*a, 0}, {99, 0}}));
    merge.remove(1);
    EXPECT_EQ(drain(merge), (Texts{"1"}));
}

/// Waits twice: for the record that comes during the look, and for the one that comes after it.
io::Task<void> wait_twice(io::Core* core, Log* log, io::Pool* pool, PartitionId id, int* woken) {
    Follower follower(*core, *pool, *log);
    follower.add(id);
    follower.add(id);
    io::Scope scope(*core);
    follower.begin_look();
    co_await put(log, id, "1");
    co_await follower.wait();
    ++*woken;
    follower.begin_look();
    scope.spawn(put(log, id, "2"));
    co_await follower.wait();
    ++*woken;
    co_await scope.join();
}

TEST_F(FollowerTest, a_record_wakes_whether_it_comes_during_the_look_or_after_it) {
    const PartitionId id = make();
    io::Pool pool(1, "test");
    int woken = 0;
    io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
        return wait_twice(&core, log.get(), &pool, id, &woken);
    });
    EXPECT_EQ(woken, 2);
}

io::Task<void> rest(Follower* follower, int* ended) {
    co_await follower->rest_until(Timestamp::max());
    ++*ended;
}

io::Task<void> wait_for_the_stop(io::Core* core, Log* log, io::Pool* pool, int* ended) {
    Follower follower(*core, *pool, *log);
    io::Scope scope(*core);
    scope.spawn(rest(&follower, ended));
    follower.ring();  // no reason to try again at once
    io::Promise<bool> was_heard(*core);
    was_heard.set(true);
    co_await was_heard.get();
    EXPECT_EQ(*ended, 0);
    follower.stop();
    EXPECT_TRUE(follower.is_stopping());
    co_await follower.wait();
    co_await follower.wait_until(Timestamp::max());
    co_await scope.join();
}

TEST_F(FollowerTest, a_stop_ends_every_wait) {
    io::Pool pool(1, "test");
    int ended = 0;
    io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
        return wait_for_the_stop(&core, log.get(), &pool, &ended);
    });
    EXPECT_EQ(ended, 1);
}

io::Task<void> listen_and_leave(io::Core* core, Log* log, io::Pool* pool, PartitionId id) {
    {
        Follower follower(*core, *pool, *log);
        follower.add(id);
        follower.remove(id);
        EXPECT_FALSE(follower.follows(id));
        follower.add(id);
    }
    co_await put(log, id, "1");
}

TEST_F(FollowerTest, a_ring_after_the_follower_is_gone_finds_nobody) {
    const PartitionId id = make();
    io::Pool pool(1, "test");
    io::run_to_end(clock, [&](io::Core& core) -> io::Task<void> {
        return listen_and_leave(&core, log.get(), &pool, id);
    });
    EXPECT_EQ(log->tail(id)->next, 1u);
}

}  // namespace
}  // namespace freshet::log
