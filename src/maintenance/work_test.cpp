// Runs over an object engine and a database of their own; the catalog and the worker are fakes. The
// worker's "Parquet" is the text of its sources, so that rows can be read back.
#include "maintenance/run/work.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "maintenance/maintenance.h"
#include "maintenance/run/listing.h"
#include "objects/extent_store.h"
#include "objects/store.h"

namespace freshet::maintenance {
namespace {

namespace fs = std::filesystem;
using Ended = Run;  // gtest has a Run of its own
using testing::ElementsAre;
using testing::HasSubstr;

const TableKey text_key{"1", "eu", "d", "t"};
const TableKey parquet_key{"1", "eu", "d", "u"};

Storage text_storage() {
    return {sql::plan::Format::delimited, "LazySimpleSerDe", {{"field.delim", ","}}};
}
Storage parquet_storage() { return {sql::plan::Format::parquet, "ParquetHiveSerDe", {}}; }

class FakeTables final : public TablesPort {
  public:
    std::map<TableKey, Table> tables;
    std::map<TableKey, std::vector<Part>> kept_parts;
    std::vector<std::string> registered;

    io::Task<Result<Table>> table(TableKey key) override {
        const auto found = tables.find(key);
        if (found == tables.end()) co_return fail(Errc::not_found, "no " + key.path());
        co_return found->second;
    }
    io::Task<Result<std::vector<Part>>> parts(Table table, std::string) override {
        co_return kept_parts[table.key];
    }
    io::Task<Result<PartsPage>> parts_page(Table table, std::string, std::size_t) override {
        co_return PartsPage{kept_parts[table.key], std::nullopt};
    }
    io::Task<Result<>> create_parquet(Table table) override {
        tables.emplace(table.key, table);
        co_return Result<>();
    }
    Result<> become_parquet_in(meta::Txn&, const Table& table, const Part& part,
                               Timestamp) override {
        for (Part& one : kept_parts[table.key]) {
            if (one.name == part.name) one.storage = parquet_storage();
        }
        return {};
    }
    Result<> add_partition_in(meta::Txn&, const TableKey&, const std::vector<std::string>&,
                              const std::string& location, Timestamp) override {
        registered.push_back(location);
        return {};
    }
};

class FakeWorker final : public WorkerPort {
  public:
    std::function<io::Task<void>()> meanwhile;  ///< once, after the sources were read
    std::string bad_source;                     ///< is named in a failure
    std::string rejected_line;                  ///< such lines are not written
    int writes = 0;
    std::set<std::string> cancelled;  ///< names of plans

    io::Task<Result<sql::plan::Written>> write(std::string name,
                                               sql::plan::WritePlan plan) override {
        ++writes;
        sql::plan::Written written;
        std::string text, rejected;
        for (const sql::plan::File& file : plan.source.files) {
            if (file.name == bad_source)
                co_return fail(Errc::failed, "cannot read " + file.name + ": damaged");
            for (const sql::plan::Extent& extent : file.extents) {
                std::ifstream in(extent.path, std::ios::binary);
                in.seekg(static_cast<std::streamoff>(extent.offset));
                std::string line(extent.size, '\0');
                in.read(line.data(), static_cast<std::streamsize>(extent.size));
                const bool is_rejected = line == rejected_line + "\n";
                (is_rejected ? rejected : text) += line;
                ++(is_rejected ? written.rejected : written.rows);
            }
        }
        if (meanwhile) co_await std::exchange(meanwhile, nullptr)();
        if (cancelled.contains(name)) co_return fail(Errc::failed, "the run was stopped");
        if (written.rejected > 0) std::ofstream(plan.rejects_path) << rejected;
        if (written.rows == 0) co_return written;
        const std::string path = plan.target.directory + "/" + plan.target.file_name + "-0.parquet";
        std::ofstream(path) << text;
        written.files.push_back({path, written.rows, text.size(), {}});
        co_return written;
    }
    io::Task<Result<sql::plan::Looked>> look(std::string, sql::plan::LookPlan) override {
        co_return sql::plan::Looked();
    }
    void cancel(const std::string& name) override { cancelled.insert(name); }
    io::Task<void> stop() override { co_return; }
};

class WorkTest : public testing::Test {
  protected:
    WorkTest()
        : root_(fs::temp_directory_path() /
                ("freshet-maintenance-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
        set_log_level(LogLevel::error);
        fs::remove_all(root_);
        fs::create_directories(root_);
        auto migrations = objects::store::migrations();
        for (const auto& one : objects::store::extent_migrations()) migrations.push_back(one);
        for (const auto& one : store::migrations()) migrations.push_back(one);
        database_ = std::move(*meta::Database::open(root_ / "meta.db", migrations));
        tables_.tables[text_key] = {
            text_key, {{"a", "string", {}}}, {}, text_storage(), "s3://b/t/"};
        tables_.kept_parts[text_key] = {{{}, "", "b", "t/", text_storage(), text_storage()}};
        tables_.tables[parquet_key] = {
            parquet_key, {{"a", "string", {}}}, {}, parquet_storage(), "s3://b/u/"};
        tables_.kept_parts[parquet_key] = {{{}, "", "b", "u/", parquet_storage(), {}}};
    }
    ~WorkTest() override {
        database_.reset();
        fs::remove_all(root_);
    }

    using Body = std::function<io::Task<void>(Maintenance&, objects::Objects&)>;
    void with_service(Body body) {
        io::run_to_end(clock_, [&](io::Core& core) { return serve(core, body); });
    }
    static io::Task<void> put(objects::Objects& objects, std::string key, std::string text) {
        std::vector<Bytes> pieces;
        pieces.push_back(Bytes::copy(text));
        auto staged = co_await objects.stage(std::move(pieces));
        EXPECT_TRUE(staged);
        auto published = co_await objects.publish("b", key, std::move(*staged), {}, {});
        EXPECT_TRUE(published);
    }
    /// Bodies of the data below `prefix`, sorted.
    static io::Task<std::vector<std::string>> bodies(objects::Objects& objects,
                                                     std::string prefix) {
        std::vector<std::string> all;
        auto listed = co_await list_objects(objects, "b", prefix);
        EXPECT_TRUE(listed);
        for (const Listed& one : *listed) {
            if (!is_data(one.key, prefix.size())) continue;
            auto object = co_await objects.find("b", one.key);
            EXPECT_TRUE(object);
            auto body = objects.read(*object, 0, object->size);
            auto text = co_await io::read_all(*body, 1 << 20);
            EXPECT_TRUE(text);
            all.emplace_back(text->view());
        }
        std::ranges::sort(all);
        co_return all;
    }
    static io::Task<Ended> run(Maintenance& service, Options options, TableKey table = text_key) {
        auto id = co_await service.begin(table, std::move(options), Origin::request);
        EXPECT_TRUE(id) << id.error().message();
        auto ended = co_await service.ended({"1", "eu"}, *id);
        EXPECT_TRUE(ended);
        co_return *ended;
    }

    /// Lets others of the core go on.
    io::Task<void> turn_of_pool() {
        return pool_.run([] {});
    }

    FakeTables tables_;
    FakeWorker worker_;
    io::ManualClock clock_{from_epoch_ms(1'700'000'000'000)};

  private:
    io::Task<void> serve(io::Core& core, const Body& body) {
        objects::Objects objects(core, *database_, *disk_, root_ / "objects",
                                 root_ / "keys/objects.keys", pool_);
        const auto opened = objects.open({++runs_, false}, clock_.now());
        EXPECT_TRUE(opened) << opened.error().message();
        if (runs_ == 1) {
            auto made = co_await objects.create_bucket("1", "eu", "b");
            EXPECT_TRUE(made);
        }
        Maintenance service(core, {*database_, objects, tables_, worker_, pool_});
        EXPECT_TRUE(service.load());
        service.start();
        co_await body(service, objects);
        co_await service.stop();
    }

    fs::path root_;
    std::unique_ptr<meta::Database> database_;
    std::unique_ptr<io::Disk> disk_ = io::make_posix_disk();
    io::Pool pool_{2, "pool"};
    std::int64_t runs_ = 0;
};

TEST_F(WorkTest, text_is_merged_and_the_run_is_remembered) {
    std::string id;
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        for (int i = 0; i < 5; ++i) co_await put(objects, fmt::format("t/{}", i), "x\n");
        const Ended ended = co_await run(service, {});
        id = ended.id;
        EXPECT_EQ(ended.state, State::succeeded);
        EXPECT_EQ(ended.figures.files_before, 5);
        EXPECT_EQ(ended.figures.files_after, 1);
        EXPECT_EQ(ended.figures.rows_read, 5);
        const auto left = co_await bodies(objects, "t/");
        EXPECT_THAT(left, ElementsAre("x\nx\nx\nx\nx\n"));
    });
    with_service([&](Maintenance& service, objects::Objects&) -> io::Task<void> {
        const auto found = service.find({"1", "eu"}, id);
        EXPECT_TRUE(found);
        EXPECT_EQ(found->figures.files_after, 1);
        EXPECT_FALSE(service.find({"2", "eu"}, id));
        co_return;
    });
}

TEST_F(WorkTest, a_source_that_is_replaced_meanwhile_makes_the_work_begin_again) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        co_await put(objects, "t/2", "b\n");
        worker_.meanwhile = [&] { return put(objects, "t/2", "new\n"); };
        Options options;
        options.converts = true;
        const Ended ended = co_await run(service, options);
        EXPECT_EQ(ended.state, State::succeeded);
        EXPECT_EQ(ended.figures.retries, 1);
        EXPECT_EQ(ended.figures.commits, 1);
        EXPECT_EQ(worker_.writes, 2);
        const auto left = co_await bodies(objects, "t/");
        EXPECT_THAT(left, ElementsAre("a\nnew\n"));
        EXPECT_EQ(tables_.kept_parts[text_key][0].storage.format, sql::plan::Format::parquet);
    });
}

TEST_F(WorkTest, one_damaged_source_keeps_its_partition_as_text) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        co_await put(objects, "t/12", "b\n");
        worker_.bad_source = "s3://b/t/12";
        Options options;
        options.converts = true;
        const Ended ended = co_await run(service, options);
        EXPECT_EQ(ended.state, State::failed);
        EXPECT_THAT(ended.error, HasSubstr("s3://b/t/12"));
        const auto left = co_await bodies(objects, "t/");
        EXPECT_THAT(left, ElementsAre("a\n", "b\n"));
        EXPECT_EQ(tables_.kept_parts[text_key][0].storage.format, sql::plan::Format::delimited);
    });
}

TEST_F(WorkTest, rejected_rows_are_counted_and_kept_beside) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        co_await put(objects, "t/2", "bad\n");
        worker_.rejected_line = "bad";
        Options options;
        options.converts = true;
        options.keep_raw = 24h;
        const Ended ended = co_await run(service, options);
        EXPECT_EQ(ended.figures.rows_read, 2);
        EXPECT_EQ(ended.figures.rows_written, 1);
        EXPECT_EQ(ended.figures.rows_rejected, 1);
        const auto rejected = co_await bodies(objects, fmt::format("t/_rejected/{}/", ended.id));
        EXPECT_THAT(rejected, ElementsAre("bad\n"));
        const auto raw = co_await bodies(objects, fmt::format("t/_raw/{}/", ended.id));
        EXPECT_THAT(raw, ElementsAre("a\n", "bad\n"));
        const auto data = co_await bodies(objects, "t/");
        EXPECT_THAT(data, ElementsAre("a\n"));
    });
}

TEST_F(WorkTest, a_second_table_takes_new_replaced_and_removed_sources) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        co_await put(objects, "t/2", "b\n");
        Options options;
        options.converts = true;
        options.into = "d.u";
        const Ended first = co_await run(service, options);
        EXPECT_EQ(first.state, State::succeeded) << first.error;
        auto there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("a\nb\n"));
        const Ended nothing = co_await run(service, options);
        EXPECT_EQ(nothing.figures.commits, 0);

        co_await put(objects, "t/3", "c\n");
        const Ended second = co_await run(service, options);
        EXPECT_EQ(second.figures.rows_read, 1);
        there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("a\nb\n", "c\n"));

        co_await put(objects, "t/1", "z\n");
        co_await run(service, options);
        there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("c\n", "z\nb\n"));

        auto removed = co_await objects.remove("b", "t/3");
        EXPECT_TRUE(removed);
        co_await run(service, options);
        there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("z\nb\n"));
        const auto sources = co_await bodies(objects, "t/");
        EXPECT_THAT(sources, ElementsAre("b\n", "z\n"));
    });
}

TEST_F(WorkTest, a_merge_of_the_second_table_does_not_lose_what_it_was_made_of) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        Options options;
        options.converts = true;
        options.into = "d.u";
        for (const char* key : {"t/1", "t/2"}) {
            co_await put(objects, key, std::string(key) + "\n");
            co_await run(service, options);
        }
        const Ended merged = co_await run(service, {}, parquet_key);
        EXPECT_EQ(merged.figures.files_after, 1);
        co_await put(objects, "t/2", "new\n");
        co_await run(service, options);
        const auto there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("t/1\nnew\n"));
    });
}

TEST_F(WorkTest, what_a_second_table_cannot_take_is_left_out_by_name) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        co_await put(objects, "t/2", "b\n");
        worker_.bad_source = "s3://b/t/2";
        Options options;
        options.converts = true;
        options.into = "d.u";
        const Ended ended = co_await run(service, options);
        EXPECT_EQ(ended.state, State::succeeded);
        EXPECT_EQ(ended.figures.left_alone, 1);
        const auto there = co_await bodies(objects, "u/");
        EXPECT_THAT(there, ElementsAre("a\n"));
    });
}

TEST_F(WorkTest, a_conversion_works_on_partitions_side_by_side) {
    auto& parts = tables_.kept_parts[text_key];
    parts.clear();
    for (const char* name : {"p=1", "p=2", "p=3"})
        parts.push_back(
            {{}, name, "b", fmt::format("t/{}/", name), text_storage(), text_storage()});
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        for (const Part& part : parts) co_await put(objects, part.prefix + "1", "a\n");
        int writes_beside = 0;
        // The first partition is not written before the second has begun.
        worker_.meanwhile = [&]() -> io::Task<void> {
            for (int i = 0; i < 10'000 && worker_.writes < 2; ++i) co_await turn_of_pool();
            writes_beside = worker_.writes;
        };
        Options options;
        options.converts = true;
        const Ended ended = co_await run(service, options);
        EXPECT_EQ(ended.state, State::succeeded) << ended.error;
        EXPECT_GE(writes_beside, 2);
        EXPECT_EQ(ended.figures.partitions_done, 3);
        EXPECT_EQ(ended.figures.commits, 3);
        EXPECT_EQ(ended.figures.rows_written, 3);
        EXPECT_EQ(ended.figures.files_after, 3);
    });
}

TEST_F(WorkTest, a_run_that_rests_has_no_seat) {
    auto& parts = tables_.kept_parts[text_key];
    parts.clear();
    for (const char* name : {"p=1", "p=2"})
        parts.push_back(
            {{}, name, "b", fmt::format("t/{}/", name), text_storage(), text_storage()});
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        // Two groups of the first partition, since a group is of one folder.
        for (const char* key : {"p=1/a/1", "p=1/a/2", "p=1/b/1", "p=1/b/2", "p=2/1", "p=2/2"})
            co_await put(objects, fmt::format("t/{}", key), "a\n");
        for (const char* key : {"u/1", "u/2"}) co_await put(objects, key, "a\n");
        auto paced = co_await service.begin(text_key, {}, Origin::policy);
        EXPECT_TRUE(paced);
        const auto commits = [&] { return service.find({"1", "eu"}, *paced)->figures.commits; };
        // The clock stands still: after each commit it rests, and a run of another table ends.
        for (int round = 1; round <= 3; ++round) {
            while (commits() < round) co_await turn_of_pool();
            const Ended other = co_await run(service, {}, parquet_key);
            EXPECT_EQ(other.state, State::succeeded) << other.error;
            EXPECT_EQ(commits(), round);
            clock_.advance(limits::policy_rest);
        }
        auto ended = co_await service.ended({"1", "eu"}, *paced);
        EXPECT_EQ(ended->state, State::succeeded);
        EXPECT_EQ(ended->figures.commits, 3);
        EXPECT_EQ(ended->figures.files_after, 3);
    });
}

TEST_F(WorkTest, a_table_has_one_run_at_a_time) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        auto first = co_await service.begin(text_key, {}, Origin::request);
        EXPECT_TRUE(first);
        auto second = co_await service.begin(text_key, {}, Origin::request);
        EXPECT_FALSE(second);
        EXPECT_TRUE(second.error().is(Errc::running));
        auto ended = co_await service.ended({"1", "eu"}, *first);
        EXPECT_EQ(ended->state, State::succeeded);
        auto halted = co_await service.halt({"1", "eu"}, *first);
        EXPECT_TRUE(halted.error().is(Errc::not_running));
    });
}

TEST_F(WorkTest, a_run_that_is_stopped_gives_up_its_plan) {
    with_service([&](Maintenance& service, objects::Objects& objects) -> io::Task<void> {
        co_await put(objects, "t/1", "a\n");
        std::string id;
        worker_.meanwhile = [&]() -> io::Task<void> {
            auto halted = co_await service.halt({"1", "eu"}, id);
            EXPECT_TRUE(halted);
            EXPECT_EQ(service.find({"1", "eu"}, id)->state, State::stopping);
            EXPECT_FALSE(service.running(text_key, {}));
        };
        Options options;
        options.converts = true;
        auto begun = co_await service.begin(text_key, options, Origin::request);
        id = *begun;
        auto ended = co_await service.ended({"1", "eu"}, id);
        EXPECT_EQ(ended->state, State::stopped);
        EXPECT_EQ(ended->figures.commits, 0);
        EXPECT_TRUE(ended->notes.empty());
        EXPECT_EQ(worker_.cancelled.size(), 1U);
        const auto there = co_await bodies(objects, "t/");
        EXPECT_THAT(there, ElementsAre("a\n"));
    });
}

}  // namespace
}  // namespace freshet::maintenance
