// A run over a real log, database and engine, with streams and a function that are fakes: each rule
// of docs/decisions/032 as somebody sees it from outside. A run that ends without a snapshot is
// what a kill leaves.
#include "analytics/run/runner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "analytics/store.h"
#include "base/log.h"
#include "io/steady_time.h"

namespace freshet::analytics {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

class FakeSiblings : public Siblings {
  public:
    Result<std::vector<Shard>> shards(const std::string&) override {
        check_core();
        return all_shards;
    }
    bool is_end(const Bytes& logged) const override { return logged.view() == "END"; }
    Result<SourceRecord> decode(const Bytes& logged) const override {
        return SourceRecord{"key", logged};
    }
    std::string sequence_number(const Shard& shard, const log::Record& record) const override {
        return fmt::format("{}-{}", shard.index, record.ordinal);
    }
    Result<std::vector<log::Append>> place(const Output&, std::vector<Bytes> rows) override {
        check_core();
        ++places;
        if (refusals > 0) {
            --refusals;
            return fail(freshet::Errc::unavailable, "the output refuses");
        }
        std::vector<log::Append> appends;
        appends.push_back({output, std::move(rows), {}});
        return appends;
    }
    /// Hands each record on; one whose number is even is dropped.
    io::Task<Result<Bytes>> call(std::string, Bytes event) override {
        if (failures > 0) {
            --failures;
            co_return fail(freshet::Errc::unavailable, "the function failed");
        }
        const std::string text = event.str();
        const std::regex record(R"re("recordId":"([^"]*-(\d+))".*?"data":"([^"]*)")re");
        std::string answer = R"({"records":[)";
        for (std::sregex_iterator at(text.begin(), text.end(), record), end; at != end; ++at) {
            asked.push_back((*at)[1]);
            const bool is_even = std::stoi((*at)[2]) % 2 == 0;
            if (!answer.ends_with('[')) answer += ',';
            answer += fmt::format(R"({{"recordId":"{}","result":"{}","data":"{}"}})",
                                  (*at)[1].str(), is_even ? "Dropped" : "Ok", (*at)[3].str());
        }
        co_return Bytes::own(answer + "]}");
    }
    void write_log(const std::string&, Timestamp, std::string line) override {
        lines.push_back(std::move(line));
    }
    io::Task<Result<Bytes>> read_object(std::string, std::string, std::size_t) override {
        co_return fail(freshet::Errc::unavailable, "no objects here");
    }

    void check_core() const { EXPECT_TRUE(!home || io::Core::current() == home); }

    io::Core* home = nullptr;  ///< where it is asked; null: anywhere
    std::vector<Shard> all_shards;
    log::PartitionId output;
    int refusals = 0, failures = 0;  ///< to come
    int places = 0;
    Texts asked, lines;
};

constexpr const char* pass_on =
    "CREATE STREAM D (N INTEGER); CREATE PUMP P AS INSERT INTO D SELECT STREAM N FROM "
    "SOURCE_SQL_STREAM_001;";
constexpr const char* count_by_minute =
    "CREATE STREAM D (C BIGINT); CREATE PUMP P AS INSERT INTO D SELECT STREAM COUNT(*) FROM "
    "SOURCE_SQL_STREAM_001 AS s GROUP BY STEP(s.ROWTIME BY INTERVAL '60' SECOND);";

class RunnerTest : public testing::Test {
  protected:
    RunnerTest() {
        set_log_level(LogLevel::off);
        const fs::path base =
            fs::exists("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        root = base / ("freshet-runner-" + std::to_string(::getpid()) + "-" +
                       testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::remove_all(root);
        fs::create_directories(root / "snapshots");
        auto all = log::migrations();
        for (auto& one : store::migrations()) all.push_back(std::move(one));
        database = std::move(*meta::Database::open(root / "meta.db", all));
        log = std::move(*log::Log::open(*disk, root / "log", clock, *database, {}));
        siblings.output = make_partition();
        for (std::uint32_t index = 0; index < 2; ++index) add_shard(index);
        application.key = {{"000000000000", "us-east-1"}, "a"};
        application.inputs.push_back({"1.1", "SOURCE_SQL_STREAM", "stream", "", {}, 1, {}, "", ""});
        application.inputs[0].schema.columns = {{"N", {record::Kind::integer}}};
        application.outputs.push_back(
            {"2.1", "D", Target::stream, "target", "", record::RowFormat::csv});
        EXPECT_TRUE(database->write_now([&](meta::Txn& txn) -> Result<> {
            if (auto inserted = store::insert(txn, application); !inserted) return inserted;
            return store::write_snapshot(txn, application.id, {});
        }));
        log->add(application.commits);
        use(pass_on);
    }
    ~RunnerTest() override {
        log.reset();
        database.reset();
        fs::remove_all(root);
    }
    log::PartitionId make_partition() {
        log::PartitionId id;
        EXPECT_TRUE(database->write_now([&](meta::Txn& txn) -> Result<> {
            auto made = log::Log::create_in(txn, "test");
            if (!made) return pass(made);
            id = *made;
            return {};
        }));
        log->add(id);
        return id;
    }
    void add_shard(std::uint32_t index) {
        siblings.all_shards.push_back(
            {fmt::format("shardId-{:012}", index), make_partition(), 0, index});
    }
    void use(const std::string& code) {
        std::vector<flow::InputStream> inputs{
            {application.inputs[0].stream_name(0), application.inputs[0].schema}};
        auto compiled = flow::Program::compile(code, std::move(inputs));
        ASSERT_TRUE(compiled) << compiled.error().message();
        program = *compiled;
    }
    void use_function() { application.inputs[0].processor = Processor{"function", ""}; }
    /// Snapshots are refused from now on: their directory is a file.
    void refuse_snapshots() {
        fs::rename(root / "snapshots", root / "kept");
        std::ofstream(root / "snapshots") << "x";
    }
    void allow_snapshots() {
        fs::remove(root / "snapshots");
        fs::rename(root / "kept", root / "snapshots");
    }

    static io::Task<void> put(log::Log* to, log::PartitionId partition, std::string text) {
        std::vector<log::Append> batches;
        batches.push_back({partition, {Bytes::own(std::move(text))}, {}});
        auto appended = co_await to->append(std::move(batches));
        EXPECT_TRUE(appended);
    }
    /// Each record at a time of its own, which is over then.
    void append(std::uint32_t shard, const std::string& text) {
        append_now(shard, text);
        clock.advance(1ms);
    }
    void append_now(std::uint32_t shard, const std::string& text) {
        io::run_to_end(clock, [&](io::Core&) {
            return put(log.get(), siblings.all_shards[shard].partition, text);
        });
    }
    Texts rows() const {
        Texts all;
        const auto records = log->read(siblings.output, 0, 1000, 1 << 20);
        EXPECT_TRUE(records);
        for (const log::Record& record : *records) {
            std::string text = record.data.str();
            while (!text.empty() && text.back() == '\n') text.pop_back();
            all.push_back(std::move(text));
        }
        return all;
    }
    std::size_t commits() const { return log->tail(application.commits)->next; }
    Snapshot snapshot() const {
        Snapshot found;
        EXPECT_TRUE(database->read_now([&](const meta::Connection& connection) -> Result<> {
            auto read = store::read_snapshot(connection, application.id);
            if (!read) return pass(read);
            found = std::move(**read);
            return {};
        }));
        return found;
    }

    Runner::Parts parts_at(io::Core& siblings_home) {
        return {siblings_home, *database, *log, pool, pool, siblings, *disk, root / "snapshots"};
    }

    enum class End { killed, stopped };
    using Done = std::function<bool(const Runner&)>;
    /// Runs the application until `is_done`; time advances meanwhile.
    static io::Task<void> live(RunnerTest* test, io::Core* core, io::Core* home, Done is_done,
                               End end) {
        Runner runner(*core, test->parts_at(*home), test->application, test->program,
                      test->snapshot());
        runner.start();
        for (int i = 0; i < 200'000 && !is_done(runner); ++i) {
            test->clock.advance(test->step);
            co_await test->pool.run([] {});
        }
        EXPECT_TRUE(is_done(runner)) << runner.figures().trouble;
        if (end == End::killed) test->refuse_snapshots();
        co_await runner.stop(std::chrono::steady_clock::time_point::max());
        if (end == End::killed) test->allow_snapshots();
        test->figures = runner.figures();
    }
    void run(Done is_done, End end = End::killed) {
        io::run_to_end(clock, [&](io::Core& core) {
            return live(this, &core, &core, std::move(is_done), end);
        });
    }
    /// At home on another core than its siblings, who hold that they are asked on theirs.
    void run_beside(Done is_done) {
        io::Cores cores(clock, 2);
        siblings.home = &cores.main();
        cores.start();
        io::run_to_end(clock, [&](io::Core&) {
            return io::run_on(cores.at(1), live(this, &cores.at(1), &cores.main(),
                                                std::move(is_done), End::killed));
        });
        cores.stop();
        siblings.home = nullptr;
    }
    void run_until_rows(std::size_t count, End end = End::killed) {
        run([this, count](const Runner&) { return rows().size() >= count; }, end);
    }
    void run_until_taken(log::Ordinal records, End end = End::killed) {
        run(
            [records](const Runner& runner) {
                log::Ordinal taken = 0;
                for (const auto& [partition, next] : runner.positions()) taken += next;
                return taken >= records;
            },
            end);
    }

    fs::path root;
    io::ManualClock clock{from_epoch_ms(1'700'000'000'000)};
    Millis step = 1ms;  ///< of the clock, during a run
    std::unique_ptr<io::Disk> disk = io::make_posix_disk();
    std::unique_ptr<meta::Database> database;
    std::unique_ptr<log::Log> log;
    io::Pool pool{2, "test"};
    FakeSiblings siblings;
    Application application;
    std::shared_ptr<const flow::Program> program;
    Figures figures;
};

TEST_F(RunnerTest, rows_come_in_order_of_arrival_over_all_shards) {
    for (int i = 0; i < 6; ++i) append(i % 2 ? 0 : 1, std::to_string(i));
    run_until_rows(6);
    EXPECT_EQ(rows(), (Texts{"0", "1", "2", "3", "4", "5"}));
}

TEST_F(RunnerTest, a_run_on_a_core_of_its_own_asks_its_siblings_on_theirs) {
    for (int i = 0; i < 3; ++i) append(0, std::to_string(i));
    append(0, "END");
    add_shard(2);
    append(2, "3");
    siblings.refusals = 2;
    run_beside([this](const Runner&) { return rows().size() >= 4; });
    EXPECT_EQ(rows(), (Texts{"0", "1", "2", "3"}));
    EXPECT_GE(siblings.places, 3) << "a refused try is tried again";
}

TEST_F(RunnerTest, each_row_is_out_once_over_kills_and_stops) {
    int number = 0;
    Texts expected;
    for (const End end : {End::killed, End::stopped, End::killed, End::killed, End::stopped}) {
        for (int i = 0; i < 3; ++i) {
            expected.push_back(std::to_string(number));
            append(static_cast<std::uint32_t>(number % 2), std::to_string(number));
            ++number;
        }
        run_until_rows(expected.size(), end);
        EXPECT_EQ(rows(), expected);
    }
}

TEST_F(RunnerTest, a_record_waits_until_nothing_earlier_can_come) {
    append_now(0, "1");
    step = 0ms;  // the clock shows the record's time: an equal one may still arrive
    int looks = 0;
    run([&looks](const Runner&) { return ++looks > 200; });
    EXPECT_EQ(rows(), Texts{});
    clock.advance(1ms);
    run_until_rows(1);
}

TEST_F(RunnerTest, a_window_counts_each_record_once_though_the_run_was_killed_in_it) {
    use(count_by_minute);
    for (int i = 0; i < 3; ++i) append(0, "1");
    run_until_taken(3);
    EXPECT_EQ(rows(), Texts{});
    append(1, "1");
    run_until_taken(4);
    step = 1s;
    run_until_rows(1);
    EXPECT_EQ(rows(), Texts{"4"}) << "and it closed though the stream was idle";
    run([](const Runner& runner) { return runner.figures().rows_in >= 4; });
    EXPECT_EQ(rows(), Texts{"4"}) << "a replay drops what was committed";
}

TEST_F(RunnerTest, windows_go_on_from_a_snapshot) {
    use(count_by_minute);
    append(0, "1");
    run_until_taken(1, End::stopped);
    EXPECT_EQ(snapshot().positions.at(*siblings.all_shards[0].partition), 1u);
    EXPECT_FALSE(snapshot().file.empty());
    append(0, "1");
    step = 1s;
    run_until_rows(1);
    EXPECT_EQ(rows(), Texts{"2"});
}

TEST_F(RunnerTest, changed_code_begins_with_empty_windows_at_the_position_that_was_reached) {
    use(count_by_minute);
    append(0, "1");
    append(0, "1");
    run_until_taken(2, End::stopped);
    use(pass_on);
    append(0, "7");
    run_until_rows(1);
    EXPECT_EQ(rows(), Texts{"7"});
}

TEST_F(RunnerTest, rows_and_positions_are_one_append) {
    append(0, "1");
    siblings.refusals = 3;
    run_until_rows(1);
    EXPECT_EQ(siblings.places, 4);
    EXPECT_EQ(rows(), Texts{"1"});
    EXPECT_EQ(commits(), 1u) << "a refused try left no commit";
    append(0, "2");
    siblings.refusals = 1'000'000;
    run([](const Runner& runner) { return runner.figures().trouble == "the output refuses"; });
    EXPECT_EQ(commits(), 1u);
    siblings.refusals = 0;
    run_until_rows(2);
    EXPECT_EQ(rows(), (Texts{"1", "2"}));
    EXPECT_EQ(figures.trouble, "");
}

TEST_F(RunnerTest, a_function_that_fails_is_asked_again_and_the_stream_waits) {
    use_function();
    append(0, "5");
    append(0, "6");
    siblings.failures = 3;
    run_until_rows(1);
    EXPECT_EQ(siblings.asked, (Texts{"0-0", "0-1"}));
    EXPECT_EQ(rows(), Texts{"6"}) << "the record of an even number was dropped";
    EXPECT_EQ(figures.dropped, 1u);
    EXPECT_FALSE(siblings.lines.empty()) << "CloudWatch Logs knows what it waited for";
}

TEST_F(RunnerTest, a_replay_asks_the_function_nothing) {
    use_function();
    use(count_by_minute);
    append(0, "1");
    append(0, "2");
    run([this](const Runner&) { return commits() == 1; });
    append(1, "3");
    append(0, "4");
    run([this](const Runner&) { return commits() == 2; });
    EXPECT_EQ(siblings.asked.size(), 4u);
    step = 1s;
    run_until_rows(1);
    EXPECT_EQ(rows(), Texts{"1"}) << "those that it dropped stay dropped";
    EXPECT_EQ(siblings.asked.size(), 4u);
}

TEST_F(RunnerTest, a_reshard_goes_on_with_the_children) {
    append(0, "1");
    append(0, "END");
    add_shard(2);
    append(2, "2");
    run_until_rows(2);
    siblings.all_shards.erase(siblings.all_shards.begin());  // retention took it
    append(1, "3");
    run_until_rows(3);
    EXPECT_EQ(rows(), (Texts{"1", "2", "3"}));
}

}  // namespace
}  // namespace freshet::analytics
