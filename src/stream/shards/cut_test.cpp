// The three steps of a reshard, each one cut short.
#include "stream/streams_fixture.h"

namespace freshet::stream {
namespace {

/// The real disk, but that it refuses to write while it is full.
class FullDisk final : public io::Disk {
  public:
    bool is_full = false;

    Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
        auto file = disk_->open(path, mode);
        if (!file) return file;
        return std::make_unique<File>(std::move(*file), is_full);
    }
    Result<> rename(const std::string& from, const std::string& to) override {
        return disk_->rename(from, to);
    }
    Result<> remove(const std::string& path) override { return disk_->remove(path); }
    Result<> sync_directory(const std::string& path) override {
        return disk_->sync_directory(path);
    }
    Result<> make_directories(const std::string& path) override {
        return disk_->make_directories(path);
    }
    Result<std::vector<std::string>> list(const std::string& path) override {
        return disk_->list(path);
    }
    Result<bool> exists(const std::string& path) override { return disk_->exists(path); }

  private:
    class File final : public io::File {
      public:
        File(std::unique_ptr<io::File> file, const bool& is_full)
            : file_(std::move(file)), is_full_(is_full) {}
        Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
            return file_->read_at(offset, out);
        }
        Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
            if (is_full_) return fail(freshet::Errc::no_space, "the disk is full");
            return file_->write_at(offset, pieces);
        }
        Result<> sync() override { return file_->sync(); }
        Result<> truncate(std::uint64_t size) override { return file_->truncate(size); }
        Result<> allocate(std::uint64_t offset, std::uint64_t size) override {
            return file_->allocate(offset, size);
        }
        Result<std::uint64_t> size() override { return file_->size(); }
        Result<> lock() override { return file_->lock(); }

      private:
        std::unique_ptr<io::File> file_;
        const bool& is_full_;
    };
    std::unique_ptr<io::Disk> disk_ = io::make_posix_disk();
};

const StreamKey key{{"000000000000", "us-east-1"}, "s"};

struct CutTest : StreamsTest {
    CutTest() : StreamsTest(std::make_unique<FullDisk>()) {}
    FullDisk& full_disk() { return static_cast<FullDisk&>(*disk); }
    std::int64_t partitions() {
        std::int64_t count = 0;
        EXPECT_TRUE(database->read_now([&](const meta::Connection& connection) {
            return connection.query("SELECT count(*) FROM log_partitions", {},
                                    [&](const meta::Row& row) {
                                        count = row.integer(0);
                                        return true;
                                    });
        }));
        return count;
    }
    ReshardPlan prepare(const Stream& stream, HashKey at) {
        auto plan = plan_split(stream, 0, at, clock.now());
        EXPECT_TRUE(plan && database->write_now([&](meta::Txn& txn) {
            return store::prepare_reshard(txn, stream.id, plan->born);
        }));
        return *plan;
    }
};

io::Task<Placed> put(Streams& streams) {
    std::vector<PutEntry> entries;
    entries.push_back({"k", HashKey{0}, Bytes::literal("x")});
    auto placed = co_await streams.records().put(key, std::move(entries));
    EXPECT_TRUE(placed) << placed.error().message();
    co_return placed ? placed->front() : Placed{999, ""};
}

io::Task<void> make(CutTest&, Streams& streams) {
    NewStream wanted;
    wanted.shard_count = 1;
    auto made = co_await streams.catalog().create(key, std::move(wanted));
    EXPECT_TRUE(made);
    const Placed placed = co_await put(streams);
    EXPECT_EQ(placed.shard, 0u);
}

io::Task<void> refuse_then_split(CutTest& test, Streams& streams) {
    test.full_disk().is_full = true;
    auto refused = co_await streams.shards().split(key, 0, 1000);
    EXPECT_TRUE(!refused && refused.error().is(Errc::storage));
    test.full_disk().is_full = false;
    EXPECT_EQ(test.partitions(), 1) << "what was prepared is gone";
    const Placed before = co_await put(streams);
    EXPECT_EQ(before.shard, 0u) << "the shard is as open as it was";
    auto done = co_await streams.shards().split(key, 0, 1000);
    EXPECT_TRUE(done) << done.error().message();
    const Placed after = co_await put(streams);
    EXPECT_EQ(after.shard, 1u);
}

TEST_F(CutTest, a_refused_cut_leaves_the_shards_as_they_were) {
    run(make);
    run(refuse_then_split);
}

io::Task<void> prepare_only(CutTest& test, Streams& streams) {
    test.prepare(**streams.catalog().find(key), 1000);
    EXPECT_EQ(test.partitions(), 3);
    co_return;
}

io::Task<void> expect_uncut(CutTest& test, Streams& streams) {
    EXPECT_EQ((*streams.catalog().find(key))->shards.size(), 1u);
    EXPECT_EQ(test.partitions(), 1);
    const Placed placed = co_await put(streams);
    EXPECT_EQ(placed.shard, 0u);
}

TEST_F(CutTest, a_crash_before_the_cut_forgets_the_reshard) {
    run(make);
    run(prepare_only);
    run(expect_uncut);
}

io::Task<void> prepare_and_cut(CutTest& test, Streams& streams) {
    const Stream& stream = **streams.catalog().find(key);
    test.prepare(stream, 1000);
    std::vector<log::Append> appends;
    appends.push_back({stream.shards[0].partition, {closing_record()}, {}});
    auto cut = co_await test.log->append(std::move(appends));
    EXPECT_TRUE(cut);
}

io::Task<void> expect_cut(CutTest&, Streams& streams) {
    const Stream& stream = **streams.catalog().find(key);
    EXPECT_EQ(stream.shards.size(), 3u);
    EXPECT_TRUE(stream.shards[0].closed);
    EXPECT_EQ(stream.shards[0].end, 1u);
    EXPECT_EQ(stream.open.size(), 2u);
    const Placed placed = co_await put(streams);
    EXPECT_EQ(placed.shard, 1u);
}

TEST_F(CutTest, a_crash_after_the_cut_settles_the_reshard) {
    run(make);
    run(prepare_and_cut);
    run(expect_cut);
    run(+[](CutTest&, Streams& streams) -> io::Task<void> {
        EXPECT_EQ((*streams.catalog().find(key))->open.size(), 2u) << "and it stays so";
        co_return;
    });
}

}  // namespace
}  // namespace freshet::stream
