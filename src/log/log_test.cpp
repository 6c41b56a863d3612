#include "log/log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "log/frame.h"
#include "log/journal.h"
#include "log/state.h"

namespace freshet::log {
namespace {

namespace fs = std::filesystem;

struct LogTest : testing::Test {
    LogTest() {
        set_log_level(LogLevel::error);  // tests that break files would fill the screen
        // In memory: a test opens the log thousands of times, and each sync of a disk takes its
        // time.
        const fs::path base =
            fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        root = base / ("freshet-log-" + std::to_string(::getpid()) + "-" +
                       testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root);
        fs::create_directories(root);
        database = std::move(*meta::Database::open(root / "meta.db", migrations()));
        open();
    }
    ~LogTest() override {
        log.reset();
        database.reset();
        fs::remove_all(root);
    }
    Result<> try_open() {
        log.reset();
        auto opened = Log::open(*disk, root / "log", clock, *database, limits);
        if (!opened) return pass(opened);
        log = std::move(*opened);
        return {};
    }
    void open() {
        const auto opened = try_open();
        ASSERT_TRUE(opened) << opened.error().message();
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
    static io::Task<void> put(Log& log, std::vector<Append> batches,
                              Result<std::vector<Appended>>& out) {
        out = co_await log.append(std::move(batches));
    }
    Result<std::vector<Appended>> append(std::vector<Append> batches) {
        Result<std::vector<Appended>> out;
        io::run_to_end(clock, [&](io::Core&) { return put(*log, std::move(batches), out); });
        return out;
    }
    void append_text(PartitionId id, const std::vector<std::string>& texts, Token token = {}) {
        Append batch{id, {}, token};
        for (const auto& text : texts) batch.records.push_back(Bytes::copy(text));
        const auto done = append({batch});
        EXPECT_TRUE(done) << done.error().message();
    }
    std::vector<std::string> texts(PartitionId id, Ordinal from = 0) {
        std::vector<std::string> all;
        while (true) {
            auto records = log->read(id, from, 7, 1 << 20);
            EXPECT_TRUE(records);
            if (!records || records->empty()) return all;
            for (const Record& record : *records) {
                EXPECT_EQ(record.ordinal, from++);
                all.push_back(record.data.str());
            }
        }
    }
    fs::path root;
    io::ManualClock clock{from_epoch_ms(1'000'000)};
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    Limits limits;
    std::unique_ptr<meta::Database> database;
    std::unique_ptr<Log> log;
};

TEST_F(LogTest, records_come_back_in_order_from_memory_journal_and_segments) {
    const PartitionId a = make(), b = make();
    append_text(a, {"1", "2"});
    append_text(b, {"x"});
    append_text(a, {"3"});
    const std::vector<std::string> of_a{"1", "2", "3"};
    EXPECT_EQ(texts(a), of_a);
    open();
    EXPECT_EQ(texts(a), of_a);
    ASSERT_TRUE(log->flush());
    append_text(a, {"4"});
    open();
    EXPECT_EQ(texts(a), (std::vector<std::string>{"1", "2", "3", "4"}));
    EXPECT_EQ(texts(b), (std::vector<std::string>{"x"}));
    EXPECT_EQ(log->tail(a)->next, 4u);
}

TEST_F(LogTest, a_read_goes_on_from_segments_into_memory) {
    const PartitionId a = make();
    append_text(a, {"1", "2"});
    ASSERT_TRUE(log->flush());
    open();  // what was flushed is not in memory any more
    append_text(a, {"3", "4"});
    auto all = log->read(a, 1, 100, 1 << 20);
    ASSERT_TRUE(all);
    ASSERT_EQ(all->size(), 3u);
    EXPECT_EQ(all->back().data.str(), "4");
    EXPECT_EQ(log->read(a, 0, 3, 1 << 20)->size(), 3u);
    EXPECT_EQ(log->read(a, 0, 100, 2)->size(), 2u) << "the bound of bytes holds for both";
}

TEST_F(LogTest, the_last_segment_of_a_quiet_partition_goes_when_all_of_it_expired) {
    const PartitionId a = make();
    append_text(a, {"1", "2", "3"});
    ASSERT_TRUE(log->flush());
    const fs::path place = root / "log/partitions/0000000000000001";
    const fs::path first = place / "0000000000000000.segment",
                   next = place / "0000000000000003.segment";
    // The segment that the checkpoint names stays until the next checkpoint, which a flush of
    // others writes, too.
    ASSERT_TRUE(log->trim(a, 3));
    EXPECT_TRUE(fs::exists(next));
    ASSERT_TRUE(log->flush());
    ASSERT_TRUE(log->trim(a, 3));
    EXPECT_FALSE(fs::exists(first));
    ASSERT_TRUE(log->flush());
    for (const bool has_checkpoint : {true, false}) {
        log.reset();
        if (!has_checkpoint) fs::remove(root / "log/checkpoint");
        open();
        EXPECT_EQ(log->tail(a)->first, 3u);
        EXPECT_EQ(log->tail(a)->next, 3u);
        EXPECT_EQ(to_epoch_ms(log->tail(a)->last_time), 1'000'000);
    }
    append_text(a, {"4"});
    open();
    EXPECT_EQ(texts(a, 3), (std::vector<std::string>{"4"}));
    ASSERT_TRUE(log->flush());
    open();
    EXPECT_EQ(texts(a, 3), (std::vector<std::string>{"4"}));
}

TEST_F(LogTest, records_that_expire_in_the_journal_go_too) {
    const PartitionId a = make();
    append_text(a, {"1"});
    EXPECT_FALSE(fs::exists(root / "log/partitions/0000000000000001"));
    ASSERT_TRUE(log->trim(a, 1));  // the journal is flushed for it
    ASSERT_TRUE(log->flush());
    ASSERT_TRUE(log->trim(a, 1));
    ASSERT_TRUE(log->flush());
    ASSERT_TRUE(log->trim(a, 1));
    EXPECT_FALSE(fs::exists(root / "log/partitions/0000000000000001/0000000000000000.segment"));
}

TEST_F(LogTest, what_is_larger_than_the_cache_is_read_from_segments) {
    limits.cache_bytes_max = 1000;
    limits.segment_bytes = 5000;
    open();
    const PartitionId a = make();
    std::vector<std::string> expected;
    for (int i = 0; i < 100; ++i) {
        expected.push_back(std::to_string(i) + std::string(200, 'x'));
        append_text(a, {expected.back()});
        if (i % 10 == 9) ASSERT_TRUE(log->flush());
    }
    EXPECT_FALSE(log->is_cached(a, 0));
    EXPECT_EQ(texts(a), expected);
    ASSERT_TRUE(log->trim(a, 50));
    EXPECT_EQ(log->tail(a)->first, 50u);
    EXPECT_EQ(log->read(a, 0, 1, 100)->front().ordinal, 50u);
    int segments = 0;
    for (const auto& entry : fs::directory_iterator(root / "log/partitions/0000000000000001")) {
        segments += entry.path().extension() == ".segment" ? 1 : 0;
        if (entry.path().extension() == ".index")
            EXPECT_TRUE(fs::exists(fs::path(entry).replace_extension(".segment")));
    }
    EXPECT_LT(segments, 6);
}

/// 40 records of 30 kB, one a second, flushed.
struct FlushedLog : LogTest {
    FlushedLog() {
        limits.cache_bytes_max = 0;
        open();
        a = make();
        for (int i = 0; i < 40; ++i) {
            append_text(a, {std::to_string(i) + std::string(30'000, 'x')});
            clock.advance(1000ms);
        }
        EXPECT_TRUE(log->flush());
        log.reset();
    }
    fs::path file(const std::string& extension) const {
        return root / ("log/partitions/0000000000000001/0000000000000000" + extension);
    }
    void overwrite(const fs::path& path, std::streamoff at) {
        std::fstream changed(path, std::ios::in | std::ios::out | std::ios::binary);
        changed.seekp(at).write("????", 4);
    }
    std::string text_at(Ordinal ordinal) {
        const auto records = log->read(a, ordinal, 1, 1);
        return records && !records->empty() ? records->front().data.str().substr(0, 2) : "-";
    }
    PartitionId a{0};
};

TEST_F(FlushedLog, a_start_reads_the_checkpoint_and_old_data_is_found_by_its_index) {
    overwrite(file(".segment"), 5'000);  // whoever reads from the beginning will notice
    ASSERT_TRUE(try_open());
    EXPECT_EQ(log->tail(a)->next, 40u);
    EXPECT_EQ(text_at(35), "35");
    EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'000'000 + 30'000)), 30u);
    EXPECT_EQ(text_at(0), "-");
    EXPECT_TRUE(log->read(a, 0, 1, 1).error().is(freshet::Errc::corrupt));
}

TEST_F(FlushedLog, without_index_or_checkpoint_the_segments_tell) {
    for (const fs::path& path : {file(".index"), root / "log/checkpoint"}) {
        for (const std::uintmax_t size :
             {fs::file_size(path) - 1, fs::file_size(path) / 2, std::uintmax_t{3}}) {
            fs::resize_file(path, size);
            ASSERT_TRUE(try_open());
            EXPECT_GE(log->tail(a)->next, 40u);
            EXPECT_EQ(text_at(35), "35");
            EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'000'000 + 30'000)), 30u);
            log.reset();
        }
        fs::remove(path);
        open();
        EXPECT_EQ(text_at(39), "39");
        append_text(a, {"40"});
        ASSERT_TRUE(log->flush());
        open();
        EXPECT_EQ(text_at(40), "40");
        EXPECT_EQ(text_at(1), "1x");
        ASSERT_TRUE(log->trim(a, 0));
        log.reset();
    }
}

TEST_F(FlushedLog, a_segment_that_is_shorter_than_the_checkpoint_says_is_named) {
    fs::resize_file(file(".segment"), fs::file_size(file(".segment")) - 1);
    ASSERT_TRUE(try_open());
    const auto records = log->read(a, 0, 1, 1);
    ASSERT_FALSE(records);
    EXPECT_NE(records.error().message().find("0000000000000000.segment is damaged"),
              std::string::npos)
        << records.error().message();
}

TEST_F(LogTest, times_never_go_back_and_are_found) {
    const PartitionId a = make();
    append_text(a, {"1"});
    clock.advance(1000ms);
    append_text(a, {"2"});
    ASSERT_TRUE(log->flush());
    clock.advance(1000ms);
    append_text(a, {"3"});
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(*log->find_time(a, from_epoch_ms(0)), 0u);
        EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'000'001)), 1u);
        EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'001'000)), 1u);
        EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'001'001)), 2u);
        EXPECT_EQ(*log->find_time(a, from_epoch_ms(1'002'001)), 3u);
        open();
    }
    EXPECT_EQ(log->tail(a)->low_watermark, clock.now());
}

TEST_F(LogTest, a_token_is_taken_once_over_restarts_and_flushes) {
    const PartitionId a = make();
    append_text(a, {"1"}, {9, 1});
    append_text(a, {"1"}, {9, 1});
    open();
    append_text(a, {"1"}, {9, 1});
    append_text(a, {"2"}, {9, 2});
    ASSERT_TRUE(log->flush());
    open();
    append_text(a, {"2"}, {9, 2});
    append_text(a, {"3"}, {9, 3});
    EXPECT_EQ(texts(a), (std::vector<std::string>{"1", "2", "3"}));
}

fs::path journal_of(const fs::path& root) {
    fs::path last;
    for (const auto& entry : fs::directory_iterator(root / "log/journal")) {
        if (entry.path().extension() == ".journal") last = std::max(last, entry.path());
    }
    return last;
}

constexpr std::size_t end_mark_bytes = 12;  ///< after the last batch

TEST_F(LogTest, a_torn_tail_is_cut_at_every_byte_and_nothing_before_it_is_lost) {
    const PartitionId a = make();
    append_text(a, {"first"});
    const auto whole = fs::file_size(journal_of(root));
    append_text(a, {"second"});
    log.reset();
    const fs::path journal = journal_of(root);
    const auto size = fs::file_size(journal);
    for (auto cut = size - 1; cut >= whole; --cut) {
        fs::resize_file(journal, cut);
        ASSERT_TRUE(try_open()) << cut;
        const bool is_mark_cut = cut >= size - end_mark_bytes;
        EXPECT_EQ(texts(a), is_mark_cut ? (std::vector<std::string>{"first", "second"})
                                        : (std::vector<std::string>{"first"}))
            << cut;
        log.reset();
    }
}

TEST_F(LogTest, every_flipped_bit_of_the_journal_is_named_or_harmless) {
    const PartitionId a = make();
    for (int i = 0; i < 3; ++i) append_text(a, {"record " + std::to_string(i)});
    const std::vector<std::string> expected = texts(a);
    log.reset();
    const fs::path journal = journal_of(root);
    std::ifstream in(journal, std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        std::string bad = good;
        bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
        std::ofstream(journal, std::ios::binary | std::ios::trunc) << bad;
        const auto opened = try_open();
        const bool is_mark_hit = bit / 8 >= good.size() - end_mark_bytes;
        ASSERT_EQ(opened.has_value(), is_mark_hit) << bit;
        if (opened) {
            EXPECT_EQ(texts(a), expected) << bit;
        } else {
            EXPECT_TRUE(opened.error().is(freshet::Errc::corrupt)) << opened.error().message();
            EXPECT_NE(opened.error().message().find(journal.string()), std::string::npos);
        }
        log.reset();
    }
}

TEST_F(LogTest, a_journal_segment_is_used_again_and_what_it_held_is_not_read_again) {
    const PartitionId a = make();
    std::vector<std::string> expected;
    // each round's segment is longer than what the next one writes over it
    for (int round = 0; round < 6; ++round) {
        for (int i = 0; i < 12 - round; ++i) {
            expected.push_back(std::to_string(round) + ":" + std::to_string(i) +
                               std::string(100, 'x'));
            append_text(a, {expected.back()});
        }
        if (round % 2) open();
        ASSERT_TRUE(log->flush());
    }
    append_text(a, {expected.emplace_back("last")});
    const fs::path journal = journal_of(root);
    EXPECT_GT(fs::file_size(journal), 1000u) << "not a segment that was used before";
    EXPECT_LE(std::distance(fs::directory_iterator(root / "log/journal"), {}),
              1 + static_cast<long>(Journal::spares_max));
    open();
    EXPECT_EQ(texts(a), expected);
    log.reset();
    // The batch that came last is torn at every byte: it goes, and what follows it from an earlier
    // use never comes back.
    std::ifstream in(journal, std::ios::binary);
    const std::string good((std::istreambuf_iterator<char>(in)), {});
    const std::size_t begin = good.find("FRB1"), end = good.find("FRE1");
    expected.pop_back();
    for (std::size_t at = begin; at < end; ++at) {
        std::string torn = good;
        torn.replace(at, end + end_mark_bytes - at, end + end_mark_bytes - at, '~');
        std::ofstream(journal, std::ios::binary | std::ios::trunc) << torn;
        ASSERT_TRUE(try_open()) << at;
        ASSERT_EQ(texts(a), expected) << at;
        log.reset();
    }
}

TEST_F(LogTest, a_record_that_holds_a_journal_segment_is_only_a_record) {
    const PartitionId a = make();
    append_text(a, {"one"});
    append_text(a, {"two"});
    std::ifstream in(journal_of(root), std::ios::binary);
    const std::string image((std::istreambuf_iterator<char>(in)), {});
    // Batches of a later segment with the sequences to come, in a record that is torn.
    append_text(a, {image + image});
    log.reset();
    fs::resize_file(journal_of(root), fs::file_size(journal_of(root)) - end_mark_bytes - 1);
    ASSERT_TRUE(try_open());
    EXPECT_EQ(texts(a), (std::vector<std::string>{"one", "two"}));
}

TEST_F(LogTest, a_journal_of_the_first_version_is_read) {
    const PartitionId a = make();
    append_text(a, {"one"});
    log.reset();
    const fs::path journal = journal_of(root);
    std::ifstream in(journal, std::ios::binary);
    const std::string now((std::istreambuf_iterator<char>(in)), {});
    // Version 1: no salt, no end mark, plain sequences. The batch's checksum covers the sequence.
    std::string head = "FRSHJNL1" + now.substr(8, 16);
    put_number(head, crc32c(head));
    const std::string frame = now.substr(36 + 24, now.size() - 36 - 24 - end_mark_bytes);
    std::string covered = now.substr(16, 8);
    put_number(covered, std::uint64_t{frame.size()});
    std::string batch = "FRB1";
    put_number(batch, crc32c(frame.substr(4, 4), crc32c(covered)));
    std::ofstream(journal, std::ios::binary | std::ios::trunc) << head + batch + covered + frame;
    ASSERT_TRUE(try_open());
    append_text(a, {"two"});
    open();
    EXPECT_EQ(texts(a), (std::vector<std::string>{"one", "two"}));
}

/// A sync of a file that takes as long as the test likes: the first one once it is armed.
struct SlowSync {
    std::string suffix;  ///< of the file: ".segment" or ".journal"
    std::atomic<bool> is_armed = true;
    std::latch begun{1}, may_end{1};
};

class SlowFile final : public io::File {
  public:
    SlowFile(std::unique_ptr<io::File> file, SlowSync* slow)
        : file_(std::move(file)), slow_(slow) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> out) override {
        return file_->read_at(offset, out);
    }
    Result<> write_at(std::uint64_t offset, std::span<const std::string_view> pieces) override {
        return file_->write_at(offset, pieces);
    }
    Result<> sync() override {
        if (slow_ && slow_->is_armed.exchange(false)) {
            slow_->begun.count_down();
            slow_->may_end.wait();
        }
        return file_->sync();
    }
    Result<> truncate(std::uint64_t size) override { return file_->truncate(size); }
    Result<> allocate(std::uint64_t offset, std::uint64_t size) override {
        return file_->allocate(offset, size);
    }
    Result<std::uint64_t> size() override { return file_->size(); }
    Result<> lock() override { return file_->lock(); }

  private:
    std::unique_ptr<io::File> file_;
    SlowSync* slow_;
};

class SlowDisk final : public io::Disk {
  public:
    explicit SlowDisk(SlowSync& slow) : slow_(slow) {}
    Result<std::unique_ptr<io::File>> open(const std::string& path, io::OpenMode mode) override {
        auto file = disk_->open(path, mode);
        if (!file) return file;
        return std::make_unique<SlowFile>(std::move(*file),
                                          path.ends_with(slow_.suffix) ? &slow_ : nullptr);
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
    std::unique_ptr<io::Disk> disk_ = io::make_posix_disk();
    SlowSync& slow_;
};

TEST_F(LogTest, a_flush_at_the_disk_holds_up_neither_writers_nor_readers) {
    const PartitionId a = make();
    append_text(a, {"1"});
    log.reset();
    SlowSync slow{".segment"};
    disk = std::make_unique<SlowDisk>(slow);
    open();
    std::thread flusher([&] { EXPECT_TRUE(log->flush()); });
    slow.begun.wait();
    append_text(a, {"2"});
    const auto tail = log->tail(a);
    EXPECT_TRUE(tail && tail->first == 0 && tail->next == 2);
    EXPECT_EQ(texts(a), (std::vector<std::string>{"1", "2"}));
    slow.may_end.count_down();
    flusher.join();
    EXPECT_EQ(texts(a), (std::vector<std::string>{"1", "2"}));
}

TEST_F(LogTest, time_stands_at_the_first_record_that_is_not_durable_yet) {
    const PartitionId a = make();
    for (const char* text : {"1", "2", "3"}) {
        append_text(a, {text});
        clock.advance(1000ms);
    }
    log.reset();
    SlowSync slow{".journal", false};
    disk = std::make_unique<SlowDisk>(slow);
    open();
    append_text(a, {"4"});
    clock.advance(1000ms);
    const Timestamp under_way = clock.now();
    slow.is_armed = true;
    std::thread writer([&] { append_text(a, {"5"}); });
    slow.begun.wait();
    clock.advance(5000ms);
    EXPECT_EQ(log->tail(a)->next, 4u);
    EXPECT_EQ(log->tail(a)->low_watermark, under_way);
    EXPECT_EQ(*log->find_time(a, under_way), 4u) << "no reader sees it yet";
    slow.may_end.count_down();
    writer.join();
    EXPECT_EQ(log->tail(a)->low_watermark, clock.now());
    EXPECT_EQ(*log->find_time(a, under_way), 4u);
}

TEST(Gathering, asks_for_more_until_they_do_not_come) {
    Gathering gathering;
    for (std::size_t came = 1; came <= 16; came = gathering.wanted) gathering.learn(came);
    EXPECT_GT(gathering.wanted, 16U);
    gathering.learn(12);  // after a wait in vain
    for (int i = 0; i < Gathering::groups_between_tries; ++i) {
        EXPECT_EQ(gathering.wanted, 12U);
        gathering.learn(12);
    }
    gathering.learn(12);
    EXPECT_GT(gathering.wanted, 12U);
}

TEST(Gathering, one_alone_waits_for_nobody) {
    Gathering gathering;
    for (int i = 0; i < 1000; ++i) {
        gathering.learn(1);
        EXPECT_LT(gathering.wanted, Gathering::appends_min);
    }
}

}  // namespace
}  // namespace freshet::log
