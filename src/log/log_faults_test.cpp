// Every call of the disk fails once, and the process dies at each of them, killed or with the
// power: what the log had acknowledged is there when it opens again, once and in order, and nothing
// else. Each case runs in a child process, which reports over a pipe what was acknowledged.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

#include "base/log.h"
#include "io/faults/failpoint.h"
#include "io/faults/fault_disk.h"
#include "log/log.h"
#include "log/mutants.h"
#include "log/segments.h"

namespace freshet::log {
namespace {

namespace fs = std::filesystem;
namespace failpoints = io::failpoints;

constexpr int exit_not_reached = 10, exit_wrong = 11, exit_not_opened = 12;
constexpr int steps = 14;
constexpr Ordinal trimmed_before = 16;

const PartitionId a(1), b(2);

Limits small_limits() {
    Limits limits;
    limits.journal_segment_bytes = 900;  // rolls every few appends
    limits.segment_bytes = 700;
    limits.frame_bytes_max = 120;
    limits.cache_bytes_max = 0;  // what is flushed is read from segments
    return limits;
}

/// What one child saw acknowledged, by ordinal.
struct Told {
    std::map<PartitionId, std::map<Ordinal, std::string>> acknowledged;
    std::vector<std::string> under_way;  ///< begun, and never answered: of a child that died
    int status = 0;
};

class LogFaults : public testing::Test {
  public:
    LogFaults() {
        set_log_level(LogLevel::off);
        const fs::path base =
            fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        root = base / ("freshet-faults-" + std::to_string(::getpid()) + "-" +
                       testing::UnitTest::GetInstance()->current_test_info()->name());
        clear();
        auto database = std::move(*meta::Database::open(root / "meta.db", migrations()));
        EXPECT_TRUE(database->write_now([](meta::Txn& txn) -> Result<> {
            for (int i = 0; i < 2; ++i) {
                if (auto made = Log::create_in(txn, "test"); !made) return pass(made);
            }
            return {};
        }));
    }
    ~LogFaults() override { fs::remove_all(root); }

    void clear() {
        fs::create_directories(root);
        fs::remove_all(root / "log");
        fs::remove_all(root / "unsynced");
    }

    Result<std::unique_ptr<Log>> open(io::Disk& disk, meta::Database& database) {
        return Log::open(disk, root / "log", clock, database, small_limits());
    }

    Told run_child(const std::string& spec, void (LogFaults::*scenario)(int pipe));
    void expect_kept(const Told& told, const std::string& spec);
    bool is_caught(const Told& told);
    void append_all(int pipe);
    void append_some(int pipe);
    std::vector<std::vector<std::string>> all_records(meta::Database& database, Result<>& done);
    int flip_each_bit();
    void open_only(int pipe);
    void sweep(const std::string& call, const std::string& action);

    fs::path root;
    io::ManualClock clock{from_epoch_ms(1'000'000)};
    int doubled_step = -1;  ///< at this step append_all() hands its first append in twice
};

/// A disk that fails, and errs, where the failpoints say.
std::unique_ptr<io::Disk> make_faulty_disk(const fs::path& root) {
    return make_mutant_disk(io::make_fault_disk(io::make_posix_disk(), root / "unsynced"));
}

void say(int pipe, const std::string& line) {
    const std::string whole = line + "\n";
    if (::write(pipe, whole.data(), whole.size()) < 0) ::_exit(exit_wrong);
}

io::Task<void> put(Log& log, std::vector<Append> batches, Result<std::vector<Appended>>& out) {
    out = co_await log.append(std::move(batches));
}

io::Task<void> put_both(Log& log, std::vector<Append> first, std::vector<Append> second,
                        Result<std::vector<Appended>>& one, Result<std::vector<Appended>>& two) {
    io::Scope scope(*io::Core::current());
    scope.spawn(put(log, std::move(first), one));
    scope.spawn(put(log, std::move(second), two));
    co_await scope.join();
}

/// "a-3-0 a-3-1": the records of one append, and a token that is taken once.
std::vector<Append> batch(PartitionId id, int step, int records, std::uint64_t producer = 7) {
    Append append{id, {}, {producer, static_cast<std::uint64_t>(step + 1)}};
    for (int i = 0; i < records; ++i) {
        append.records.push_back(Bytes::own(std::string(id == a ? "a-" : "b-") +
                                            std::to_string(step) + "-" + std::to_string(i) +
                                            std::string(static_cast<std::size_t>(20 * i), '.')));
    }
    return {append};
}

Result<std::vector<Record>> read_all(Log& log, PartitionId id) {
    std::vector<Record> all;
    while (true) {
        auto records = log.read(id, all.empty() ? 0 : all.back().ordinal + 1, 10, 1 << 20);
        if (!records) return records;
        if (records->empty()) return all;
        all.insert(all.end(), records->begin(), records->end());
    }
}

void tell(int pipe, const std::vector<Append>& batches,
          const Result<std::vector<Appended>>& answer) {
    if (!answer) return;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        for (std::size_t r = 0; r < batches[i].records.size(); ++r) {
            say(pipe, "ack " + std::to_string(*batches[i].partition) + " " +
                          std::to_string((*answer)[i].first + r) + " " +
                          batches[i].records[r].str());
        }
    }
}

/// Appends to both partitions, two at a time, each refused one again with its token; flushes, reads
/// and trims.
void LogFaults::append_all(int pipe) {
    auto disk = make_faulty_disk(root);
    auto database = meta::Database::open(root / "meta.db", migrations());
    auto opened = open(*disk, **database);
    if (!opened) ::_exit(exit_not_opened);
    Log& log = **opened;
    for (int step = 0; step < steps; ++step) {
        std::vector<Append> first = batch(a, 2 * step, 1 + step % 3);
        first.push_back(batch(a, 2 * step + 1, 1).front());
        std::vector<Append> second = batch(b, step, 2, 8);
        say(pipe, "begin " + first[0].records[0].str());
        Result<std::vector<Appended>> one, two;
        io::run_to_end(clock, [&](io::Core&) { return put_both(log, first, second, one, two); });
        for (int again = 0; again < 3 && (!one || !two); ++again) {
            if (!one) io::run_to_end(clock, [&](io::Core&) { return put(log, first, one); });
            if (!two) io::run_to_end(clock, [&](io::Core&) { return put(log, second, two); });
        }
        if ((one && ((*one)[0].is_duplicate || (*one)[1].is_duplicate)) ||
            (two && (*two)[0].is_duplicate))
            ::_exit(exit_wrong);
        if (step == doubled_step) {
            // What a log that forgets its tokens makes of a retry.
            std::vector<Append> again = first;
            for (Append& append : again) append.token = {};
            Result<std::vector<Appended>> taken;
            io::run_to_end(clock, [&](io::Core&) { return put(log, again, taken); });
        }
        tell(pipe, first, one);
        tell(pipe, second, two);
        if (step % 4 == 3) (void)log.flush();
        if (step == 7) (void)log.trim(a, trimmed_before);
        clock.advance(10ms);
        // A read is right or refused.
        const auto records = read_all(log, a);
        for (std::size_t i = 1; records && i < records->size(); ++i) {
            if ((*records)[i].ordinal != (*records)[i - 1].ordinal + 1) ::_exit(exit_wrong);
        }
    }
    (void)log.flush();
    opened->reset();
    database->reset();
}

/// A small log: two segments of a, one of b, and something in the journal that is in no segment.
void LogFaults::append_some(int) {
    auto disk = make_faulty_disk(root);
    auto database = meta::Database::open(root / "meta.db", migrations());
    Limits limits = small_limits();
    limits.segment_bytes = 100;
    auto opened = Log::open(*disk, root / "log", clock, **database, limits);
    for (int step = 0; step < 3; ++step) {
        Result<std::vector<Appended>> done;
        io::run_to_end(clock, [&](io::Core&) { return put(**opened, batch(a, step, 1), done); });
        if (step == 0)
            io::run_to_end(clock,
                           [&](io::Core&) { return put(**opened, batch(b, step, 1), done); });
        if (step < 2) (void)(*opened)->flush();
    }
    opened->reset();
    database->reset();
}

void LogFaults::open_only(int) {
    auto disk = make_faulty_disk(root);
    auto database = meta::Database::open(root / "meta.db", migrations());
    auto opened = open(*disk, **database);
    if (!opened) ::_exit(exit_not_opened);
    opened->reset();
    database->reset();
}

Told LogFaults::run_child(const std::string& spec, void (LogFaults::*scenario)(int)) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        ::signal(SIGABRT, SIG_DFL);
        if (!failpoints::arm(spec)) ::_exit(exit_wrong);
        (this->*scenario)(ends[1]);
        ::_exit(failpoints::fired() > 0 ? 0 : exit_not_reached);
    }
    ::close(ends[1]);
    std::string text;
    char buffer[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        text.append(buffer, static_cast<std::size_t>(got));
    ::close(ends[0]);
    Told told;
    ::waitpid(child, &told.status, 0);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string what, record;
        std::uint64_t partition = 0, ordinal = 0;
        words >> what;
        if (what == "begin") {
            words >> record;
            told.under_way.assign(1, record);
            continue;
        }
        words >> partition >> ordinal >> record;
        told.acknowledged[PartitionId(partition)][ordinal] = record;
    }
    return told;
}

/// Opens without faults and looks.
void LogFaults::expect_kept(const Told& told, const std::string& spec) {
    const bool has_died = WIFSIGNALED(told.status);
    auto disk = io::make_posix_disk();
    auto database = meta::Database::open(root / "meta.db", migrations());
    auto opened = open(*disk, **database);
    ASSERT_TRUE(opened) << spec << ": " << opened.error().message();
    for (const PartitionId id : {a, b}) {
        std::map<Ordinal, std::string> found;
        auto records = read_all(**opened, id);
        ASSERT_TRUE(records) << spec << ": " << records.error().message();
        for (const Record& record : *records)
            EXPECT_TRUE(found.emplace(record.ordinal, record.data.str()).second)
                << spec << ": twice";
        const auto of = told.acknowledged.find(id);
        const auto& acknowledged =
            of == told.acknowledged.end() ? std::map<Ordinal, std::string>() : of->second;
        if (!has_died)
            EXPECT_EQ((*opened)->tail(id)->next, acknowledged.size())
                << spec << ": a refused one was kept";
        for (const auto& [ordinal, text] : acknowledged) {
            if (id == a && ordinal < trimmed_before && !found.contains(ordinal)) continue;
            ASSERT_TRUE(found.contains(ordinal)) << spec << ": lost " << text;
            EXPECT_EQ(found[ordinal], text) << spec;
        }
        std::map<std::string, int> times;
        for (const auto& [ordinal, text] : found)
            EXPECT_EQ(++times[text], 1) << spec << ": " << text << " doubled";
        if (acknowledged.size() + 4 < found.size()) ADD_FAILURE() << spec << ": invented";
    }
    EXPECT_TRUE((*opened)->flush()) << spec << ": and it goes on";
}

/// The first, the second, the third call ... until a run is too short for the fault to happen.
void LogFaults::sweep(const std::string& call, const std::string& action) {
    int reached = 0;
    for (int n = 1; n < 2000; ++n) {
        clear();
        std::string spec = call + "=" + action + "@" + std::to_string(n);
        const int seed = n * 7919 + testing::UnitTest::GetInstance()->random_seed();
        if (action == "cut" && n % 3 != 0) spec += ",disk.seed=" + std::to_string(seed);
        const Told told = run_child(spec, &LogFaults::append_all);
        const int code = WIFEXITED(told.status) ? WEXITSTATUS(told.status) : 0;
        ASSERT_NE(code, exit_wrong) << spec;
        expect_kept(told, spec);
        if (HasFailure()) return;
        if (code == exit_not_reached) break;
        ++reached;
    }
    EXPECT_GT(reached, 0) << call << " was never made";
    RecordProperty("reached", reached);
}

TEST_F(LogFaults, an_io_error_in_any_one_call_loses_and_doubles_nothing) {
    for (const char* call : {"disk.open", "disk.read", "disk.write", "disk.truncate", "disk.size",
                             "disk.rename", "disk.remove", "disk.list", "disk.exists"}) {
        sweep(call, "eio");
    }
}

TEST_F(LogFaults, a_full_disk_at_any_one_write_loses_and_doubles_nothing) {
    sweep("disk.write", "short");
    sweep("disk.open", "enospc");
}

TEST_F(LogFaults, a_failed_sync_ends_the_process_before_it_acknowledges) {
    for (const char* call :
         {"disk.sync(.journal)", "disk.sync(.segment)", "disk.sync_directory(partitions)"}) {
        sweep(call, "eio");
    }
    for (const char* call : {"disk.sync(.journal)", "disk.sync(.segment)"}) {
        clear();
        const Told told = run_child(std::string(call) + "=eio@3", &LogFaults::append_all);
        EXPECT_TRUE(WIFSIGNALED(told.status) && WTERMSIG(told.status) == SIGABRT) << call;
    }
}

TEST_F(LogFaults, a_kill_at_any_change_of_the_disk_loses_and_doubles_nothing) {
    sweep("disk.change", "kill");
}

TEST_F(LogFaults, a_power_cut_at_any_change_of_the_disk_loses_and_doubles_nothing) {
    sweep("disk.change", "cut");
}

TEST_F(LogFaults, a_recovery_that_fails_or_is_cut_short_anywhere_comes_again) {
    // What a power cut in the middle of a flush leaves: torn at both places.
    const Told told =
        run_child("segments.after_write=cut@3,disk.seed=1000003", &LogFaults::append_all);
    ASSERT_TRUE(WIFSIGNALED(told.status));
    fs::copy(root / "log", root / "left", fs::copy_options::recursive);
    for (const std::string fault :
         {"disk.open=eio", "disk.read=eio", "disk.size=eio", "disk.change=eio", "disk.list=eio",
          "disk.exists=eio", "disk.change=enospc", "disk.change=cut", "disk.change=kill"}) {
        for (int n = 1; n < 200; ++n) {
            clear();
            fs::copy(root / "left", root / "log", fs::copy_options::recursive);
            const std::string spec = fault + "@" + std::to_string(n);
            const Told second = run_child(spec, &LogFaults::open_only);
            expect_kept(told, spec);
            if (HasFailure()) return;
            if (WIFEXITED(second.status) && WEXITSTATUS(second.status) == exit_not_reached) break;
        }
    }
}

TEST_F(LogFaults, a_disk_that_stays_full_refuses_serves_reads_and_recovers) {
    auto disk = make_faulty_disk(root);
    auto database = meta::Database::open(root / "meta.db", migrations());
    auto opened = open(*disk, **database);
    ASSERT_TRUE(opened);
    Log& log = **opened;
    const auto append = [&](int step) {
        Result<std::vector<Appended>> out;
        io::run_to_end(clock, [&](io::Core&) { return put(log, batch(a, step, 1), out); });
        return out;
    };
    for (int step = 0; step < 10; ++step) ASSERT_TRUE(append(step));
    ASSERT_TRUE(failpoints::arm("disk.write=enospc@1+,disk.truncate=eio@1"));
    for (int round = 0; round < 3; ++round) {
        const auto refused = append(10);
        ASSERT_FALSE(refused);
        EXPECT_TRUE(refused.error().is(freshet::Errc::no_space) || round == 1)
            << refused.error().message();
        (void)log.flush();  // refused, unless all was flushed before; it comes back in any case
        EXPECT_EQ(read_all(log, a)->size(), 10u);
    }
    failpoints::disarm();
    EXPECT_FALSE((*append(10))[0].is_duplicate);
    EXPECT_TRUE(log.flush());
    EXPECT_EQ(read_all(log, a)->size(), 11u);
    opened->reset();
    opened = open(*disk, **database);
    ASSERT_TRUE(opened);
    EXPECT_EQ(read_all(**opened, a)->size(), 11u);
}

TEST_F(LogFaults, a_segment_is_cut_to_its_records_before_the_next_one_begins) {
    auto disk = make_faulty_disk(root);
    Segments segments(*disk, root / "log/partition", a);
    const std::vector<Bytes> one{Bytes::literal("record")};
    const auto append = [&](Ordinal first) {
        const auto frames = make_frames({a, first, clock.now(), {}, 0, 0}, one, 1000);
        return segments.append(frames, Limits(), clock.now());
    };
    ASSERT_TRUE(append(0));
    ASSERT_TRUE(failpoints::arm("disk.write(.segment)=short@1"));
    ASSERT_FALSE(append(1));
    failpoints::disarm();
    ASSERT_TRUE(*segments.seal(1));  // all that was written expired
    Segments later(*disk, root / "log/partition", a);
    ASSERT_TRUE(later.restore(*segments.reach()));
    const auto records = later.read(0, 10, 1000);
    ASSERT_TRUE(records) << records.error().message();
    EXPECT_EQ(records->size(), 1u);
}

// Mutation controls: each is a defect on purpose, and the checks above must see it.

std::vector<std::vector<std::string>> LogFaults::all_records(meta::Database& database,
                                                             Result<>& done) {
    auto disk = make_mutant_disk(io::make_posix_disk());
    auto opened = open(*disk, database);
    std::vector<std::vector<std::string>> all(2);
    done = {};
    if (!opened) done = pass(opened);
    for (std::size_t i = 0; done && i < all.size(); ++i) {
        const auto records = read_all(**opened, i == 0 ? a : b);
        if (!records) done = std::unexpected(records.error());
        for (std::size_t r = 0; done && r < records->size(); ++r)
            all[i].push_back((*records)[r].data.str());
    }
    return all;
}

/// Each file below `place` with what it holds.
std::map<fs::path, std::string> files_below(const fs::path& place) {
    std::map<fs::path, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(place)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream in(entry.path(), std::ios::binary);
        files.emplace(entry.path(), std::string((std::istreambuf_iterator<char>(in)), {}));
    }
    return files;
}

/// Makes `place` hold `good` again; touches only what is not as it was.
void restore(const fs::path& place, const std::map<fs::path, std::string>& good) {
    const auto now = files_below(place);
    for (const auto& [path, content] : now) {
        if (!good.contains(path)) fs::remove(path);
    }
    for (const auto& [path, content] : good) {
        const auto found = now.find(path);
        if (found != now.end() && found->second == content) continue;
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
    }
}

/// Flips each bit of each file of the log, one at a time, and returns how many flips changed
/// nothing.
int LogFaults::flip_each_bit() {
    Result<> done;
    auto database = meta::Database::open(root / "meta.db", migrations());
    const auto expected = all_records(**database, done);
    EXPECT_TRUE(done && !expected[0].empty());
    const auto good = files_below(root / "log");
    int harmless = 0;
    for (const auto& [file, content] : good) {
        for (std::size_t bit = 0; bit < content.size() * 8; ++bit) {
            std::string flipped = content;
            flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
            std::ofstream(file, std::ios::binary) << flipped;
            const auto found = all_records(**database, done);
            if (done) {
                EXPECT_EQ(found, expected)
                    << file << " bit " << bit << ": changed, and no one said so";
                ++harmless;
            } else {
                EXPECT_TRUE(done.error().is(freshet::Errc::corrupt)) << done.error().message();
                EXPECT_NE(done.error().message().find(file.filename().string()), std::string::npos)
                    << done.error().message();
            }
            if (HasFailure()) return harmless;
            restore(root / "log", good);
        }
    }
    return harmless;
}

TEST_F(LogFaults, every_flipped_bit_of_segments_and_journal_is_named_or_harmless) {
    run_child("disk.write=eio@10000", &LogFaults::append_some);
    flip_each_bit();
    // In the middle of a flush the journal still has what the segments have.
    clear();
    run_child("segments.before_producers=kill@2", &LogFaults::append_some);
    EXPECT_GT(flip_each_bit(), 0);
}

TEST_F(LogFaults, a_log_that_skips_its_checksums_is_caught) {
    run_child("disk.write=eio@10000", &LogFaults::append_some);
    Result<> done;
    auto database = meta::Database::open(root / "meta.db", migrations());
    const auto expected = all_records(**database, done);
    ASSERT_TRUE(failpoints::arm("mutant.skip_checksum=on@1+"));
    int wrong = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root / "log")) {
        if (entry.path().extension() != ".segment") continue;
        std::fstream changed(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        changed.seekp(-1, std::ios::end).put('?');
        changed.close();
        wrong += all_records(**database, done) != expected && done ? 1 : 0;
    }
    failpoints::disarm();
    EXPECT_GT(wrong, 0);
}

bool LogFaults::is_caught(const Told& told) {
    auto disk = io::make_posix_disk();
    auto database = meta::Database::open(root / "meta.db", migrations());
    auto opened = open(*disk, **database);
    if (!opened) return true;
    for (const auto& [id, acknowledged] : told.acknowledged) {
        const auto records = read_all(**opened, id);
        if (!records) return true;
        std::map<std::string, int> times;
        for (const Record& record : *records) {
            if (++times[record.data.str()] > 1) return true;
        }
        for (const auto& [ordinal, text] : acknowledged) {
            const bool may_be_gone = id == a && ordinal < trimmed_before;
            if (!may_be_gone && !times.contains(text)) return true;
        }
    }
    return false;
}

TEST_F(LogFaults, the_checks_catch_each_mutant) {
    const std::pair<const char*, std::string> mutants[] = {
        {"acknowledges before the sync", "mutant.ack_before_sync=on@1+,log.before_ack=cut@N"},
        {"tries a failed sync again",
         "mutant.retry_sync=on@1+,disk.sync(.journal)=eio@N,log.before_ack=cut@N"},
        {"leaves names unsynced", "mutant.skip_directory_sync=on@1+,log.before_ack=cut@N"},
        {"takes a retry twice", "disk.seed=N"},
        {"(none: the control of the control)", "log.before_ack=cut@N"},
    };
    for (const auto& [name, spec] : mutants) {
        int caught = 0;
        for (int n = 2; n < 12; ++n) {
            clear();
            const std::string at = std::regex_replace(spec, std::regex("N"), std::to_string(n));
            doubled_step = std::string_view(name) == "takes a retry twice" ? n : -1;
            caught += is_caught(run_child(at, &LogFaults::append_all)) ? 1 : 0;
        }
        if (name[0] == '(')
            EXPECT_EQ(caught, 0);
        else
            EXPECT_GT(caught, 0) << "the mutant that " << name << " went unseen";
    }
}

}  // namespace
}  // namespace freshet::log
