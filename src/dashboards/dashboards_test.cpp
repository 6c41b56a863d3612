#include "dashboards/dashboards.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "dashboards/ingestions.h"
#include "dashboards/store.h"

namespace freshet::dashboards {
namespace {

/// Answers one row that counts the queries; holds them back while `is_held`.
class FakeQueries final : public QueryPort {
  public:
    explicit FakeQueries(io::Core& core) : opened(core) {}
    io::Task<Result<Data>> ask(Home, std::string, std::string sql) override {
        ++asked;
        const int number = asked;
        while (is_held) co_await opened.wait();
        if (!problem.empty()) co_return fail(code, problem);
        Data data;
        data.columns = {{"t", "timestamp"}, {"n", "bigint"}, {"ratio", "double"}};
        if (sql == "other") data.columns[1].name = "m";
        data.rows = {{"2026-01-01", std::to_string(number), std::nullopt}};
        co_return data;
    }
    void open() {
        is_held = false;
        opened.notify();
    }
    io::Signal opened;
    bool is_held = false;
    int asked = 0;
    std::string problem;
    Errc code = Errc::invalid;
};

const Key home_key{{"123456789012", "us-east-1"}, ""};
Key key(std::string id) { return {home_key.home, std::move(id)}; }

DataSource source() {
    DataSource source;
    source.key = key("athena");
    source.name = "Athena";
    return source;
}
DataSet data_set(std::string sql = "SELECT") {
    DataSet set;
    set.key = key("set");
    set.name = "Set";
    set.source = "athena";
    set.sql = std::move(sql);
    return set;
}
Dashboard dashboard() {
    Dashboard dashboard;
    dashboard.key = key("board");
    dashboard.name = "Board";
    dashboard.data_set = "set";
    dashboard.category = "t";
    dashboard.bars = {"n"};
    dashboard.lines = {"ratio"};
    return dashboard;
}

/// What a test's body has.
struct World {
    World(io::Core& core, meta::Database& database, io::ManualClock& clock_)
        : queries(core),
          service(core, database, queries),
          ingestions(service, database),
          clock(clock_) {
        const auto loaded = service.load();
        EXPECT_TRUE(loaded);
        const auto failed = ingestions.load();
        EXPECT_TRUE(failed);
    }
    FakeQueries queries;
    Dashboards service;
    Ingestions ingestions;
    io::ManualClock& clock;
};

using Body = io::Task<void> (*)(World&);

struct DashboardsTest : testing::Test {
    DashboardsTest() {
        path = std::filesystem::temp_directory_path() /
               ("freshet-dashboards-" + std::to_string(::getpid()) + "-" +
                testing::UnitTest::GetInstance()->current_test_info()->name() + ".db");
        auto opened = meta::Database::open(path, store::migrations());
        EXPECT_TRUE(opened);
        database = std::move(*opened);
    }
    ~DashboardsTest() override {
        database.reset();
        for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(path + tail);
    }
    static io::Task<void> in_world(io::Core& core, DashboardsTest& test, Body body) {
        World world(core, *test.database, test.clock);
        co_await body(world);
        co_await world.service.stop();
        co_await world.ingestions.stop();
    }
    void run(Body body) {
        io::run_to_end(clock, [this, body](io::Core& core) { return in_world(core, *this, body); });
    }
    io::ManualClock clock{from_epoch_ms(1'767'225'600'000)};
    std::string path;
    std::unique_ptr<meta::Database> database;
};

io::Task<void> make_all(World& world) {
    auto made = co_await world.service.create_source(source());
    EXPECT_TRUE(made);
    made = co_await world.service.create_data_set(data_set());
    EXPECT_TRUE(made);
    made = co_await world.service.create(dashboard());
    EXPECT_TRUE(made);
}

io::Task<void> look(World& world, std::string* seen) {
    auto data = co_await world.service.data(key("board"));
    *seen = data ? *data->rows[0][1] : data.error().message();
}
io::Task<void> renew(World& world, std::string* seen) {
    auto data = co_await world.service.refresh(key("set"));
    *seen = data ? *data->rows[0][1] : data.error().message();
}

TEST_F(DashboardsTest, everything_is_there_after_reopening) {
    run(make_all);
    run([](World& world) -> io::Task<void> {
        const auto set = world.service.find_data_set(key("set"));
        EXPECT_EQ(set->source, "athena");
        const std::vector<std::pair<std::string, std::string>> columns{
            {"t", "DATETIME"}, {"n", "INTEGER"}, {"ratio", "DECIMAL"}};
        EXPECT_EQ(set->columns, columns);
        const auto board = world.service.find(key("board"));
        EXPECT_EQ(board->bars, std::vector<std::string>{"n"});
        EXPECT_EQ(board->lines, std::vector<std::string>{"ratio"});
        EXPECT_EQ(world.service.sources({"123456789012", "us-east-1"}).size(), 1U);
        EXPECT_TRUE(world.service.sources({"123456789012", "us-west-2"}).empty());
        std::string seen;
        co_await look(world, &seen);
        EXPECT_EQ(seen, "1");
    });
}

TEST_F(DashboardsTest, what_is_named_stays_and_what_names_nothing_is_refused) {
    run([](World& world) -> io::Task<void> {
        auto set_alone = co_await world.service.create_data_set(data_set());
        EXPECT_TRUE(set_alone.error().is(Errc::invalid));
        auto board_alone = co_await world.service.create(dashboard());
        EXPECT_TRUE(board_alone.error().is(Errc::invalid));
        co_await make_all(world);
        auto again = co_await world.service.create(dashboard());
        EXPECT_TRUE(again.error().is(Errc::exists));
        auto removed = co_await world.service.remove_source(key("athena"));
        EXPECT_TRUE(removed.error().is(Errc::in_use));
        removed = co_await world.service.remove_data_set(key("set"));
        EXPECT_TRUE(removed.error().is(Errc::in_use));
        removed = co_await world.service.remove(key("board"));
        EXPECT_TRUE(removed);
        removed = co_await world.service.remove_data_set(key("set"));
        EXPECT_TRUE(removed);
        removed = co_await world.service.remove_source(key("athena"));
        EXPECT_TRUE(removed);
        removed = co_await world.service.remove_source(key("athena"));
        EXPECT_TRUE(removed.error().is(Errc::not_found));
    });
}

TEST_F(DashboardsTest, sql_that_is_refused_makes_no_data_set) {
    run([](World& world) -> io::Task<void> {
        auto made = co_await world.service.create_source(source());
        EXPECT_TRUE(made);
        world.queries.problem = "line 1:8: no such column";
        made = co_await world.service.create_data_set(data_set());
        EXPECT_TRUE(made.error().is(Errc::invalid));
        EXPECT_EQ(made.error().message(), "line 1:8: no such column");
        EXPECT_FALSE(world.service.find_data_set(key("set")));
    });
}

TEST_F(DashboardsTest, named_columns_must_be_in_the_answer_with_a_type_that_fits) {
    run([](World& world) -> io::Task<void> {
        auto made = co_await world.service.create_source(source());
        DataSet set = data_set();
        set.columns = {{"n", "DATETIME"}};
        made = co_await world.service.create_data_set(set);
        EXPECT_EQ(made.error().message(), "Column n is bigint, which is no DATETIME.");
        set.columns = {{"x", "STRING"}};
        made = co_await world.service.create_data_set(set);
        EXPECT_EQ(made.error().message(), "The query gives no column x.");
        set.columns = {{"n", "DECIMAL"}};
        made = co_await world.service.create_data_set(set);
        EXPECT_TRUE(made);
        made = co_await world.service.create(dashboard());
        EXPECT_EQ(made.error().message(), "Data set set has no column 't'.");
    });
}

TEST_F(DashboardsTest, rows_are_kept_until_they_are_older_than_refresh_every) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        std::string seen;
        co_await look(world, &seen);
        EXPECT_EQ(seen, "1");
        world.clock.advance(999ms);
        co_await look(world, &seen);
        EXPECT_EQ(seen, "1");
        world.clock.advance(1ms);
        co_await look(world, &seen);
        EXPECT_EQ(seen, "2");
        co_await renew(world, &seen);
        EXPECT_EQ(seen, "3");
    });
}

TEST_F(DashboardsTest, callers_at_the_same_time_share_one_query) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        world.clock.advance(1s);
        world.queries.is_held = true;
        io::Scope callers(world.service.home());
        std::string seen[3];
        for (std::string& one : seen) callers.spawn(look(world, &one));
        world.queries.open();
        co_await callers.join();
        for (const std::string& one : seen) EXPECT_EQ(one, "2");
        EXPECT_EQ(world.queries.asked, 2);
    });
}

TEST_F(DashboardsTest, a_refresh_takes_no_rows_of_a_query_that_began_before_it) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        world.clock.advance(1s);
        world.queries.is_held = true;
        io::Scope callers(world.service.home());
        std::string looked, renewed[2];
        callers.spawn(look(world, &looked));
        for (std::string& one : renewed) callers.spawn(renew(world, &one));
        world.queries.open();
        co_await callers.join();
        EXPECT_EQ(looked, "2");
        EXPECT_EQ(renewed[0], "3");
        EXPECT_EQ(renewed[1], "3");
    });
}

TEST_F(DashboardsTest, a_refresh_that_fails_leaves_the_rows_of_the_one_before) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        const Timestamp first = world.clock.now();
        world.clock.advance(1s);
        world.queries.problem = "the lake is away";
        world.queries.code = Errc::unavailable;
        auto data = co_await world.service.data(key("board"));
        EXPECT_EQ(data->error, "the lake is away");
        EXPECT_EQ(data->rows[0][1], "1");
        EXPECT_EQ(data->refreshed, first);
        data = co_await world.service.data(key("board"));
        EXPECT_EQ(world.queries.asked, 2) << "the next try waits for refresh_every";
        world.queries.problem.clear();
        world.clock.advance(1s);
        data = co_await world.service.data(key("board"));
        EXPECT_EQ(data->error, "");
        EXPECT_EQ(data->rows[0][1], "3");
    });
}

TEST_F(DashboardsTest, a_changed_data_set_shows_its_own_rows_at_once) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        auto changed = co_await world.service.update_data_set(data_set("other"));
        EXPECT_TRUE(changed);
        auto data = co_await world.service.data(key("board"));
        EXPECT_EQ(data->rows[0][1], "2");
        EXPECT_EQ(data->error, "Data set set has no column 'n' any more.");
        Dashboard board = dashboard();
        board.bars = {"m"};
        changed = co_await world.service.update(board);
        EXPECT_TRUE(changed);
        data = co_await world.service.data(key("board"));
        EXPECT_EQ(data->error, "");
        EXPECT_EQ(world.service.find(key("board"))->version, 2);
    });
}

TEST_F(DashboardsTest, what_the_rim_said_is_kept_and_updated) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        DataSet set = data_set();
        set.words = "of the set";
        auto changed = co_await world.service.update_data_set(set);
        EXPECT_TRUE(changed);
        Dashboard board = dashboard();
        board.words = "of the board";
        board.description = "second";
        changed = co_await world.service.update(board);
        EXPECT_TRUE(changed);
    });
    run([](World& world) -> io::Task<void> {
        EXPECT_EQ(world.service.find_data_set(key("set"))->words, "of the set");
        EXPECT_EQ(world.service.find(key("board"))->words, "of the board");
        EXPECT_EQ(world.service.find(key("board"))->description, "second");
        EXPECT_EQ(world.service.find(key("board"))->version, 2);
        co_return;
    });
}

TEST_F(DashboardsTest, an_ingestion_refreshes_a_spice_set_and_tells_its_end) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        auto refused = co_await world.ingestions.start(key("set"), "one");
        EXPECT_TRUE(refused.error().is(Errc::invalid));
        DataSet set = data_set();
        set.mode = ImportMode::spice;
        auto changed = co_await world.service.update_data_set(set);
        EXPECT_TRUE(changed);
        world.queries.is_held = true;
        auto started = co_await world.ingestions.start(key("set"), "one");
        EXPECT_EQ(started->state, Ingestion::State::running);
        auto again = co_await world.ingestions.start(key("set"), "one");
        EXPECT_TRUE(again.error().is(Errc::exists));
        auto found = co_await world.ingestions.find(key("set"), "one");
        EXPECT_EQ(found->state, Ingestion::State::running);
        world.queries.open();
        co_await world.ingestions.stop();
        found = co_await world.ingestions.find(key("set"), "one");
        EXPECT_EQ(found->state, Ingestion::State::completed);
        EXPECT_EQ(found->rows, 1);
        world.queries.problem = "no such table";
        started = co_await world.ingestions.start(key("set"), "two");
        co_await world.ingestions.stop();
        found = co_await world.ingestions.find(key("set"), "two");
        EXPECT_EQ(found->state, Ingestion::State::failed);
        EXPECT_EQ(found->error, "no such table");
    });
}

TEST_F(DashboardsTest, an_ingestion_that_the_server_left_under_way_has_failed) {
    run(make_all);
    const auto begun = database->write_now([](meta::Txn& txn) {
        Ingestion left;
        left.data_set = key("set");
        left.id = "left";
        return store::insert(txn, left);
    });
    ASSERT_TRUE(begun);
    run([](World& world) -> io::Task<void> {
        auto found = co_await world.ingestions.find(key("set"), "left");
        EXPECT_EQ(found->state, Ingestion::State::failed);
        EXPECT_EQ(found->error, "The server stopped.");
        auto removed = co_await world.service.remove(key("board"));
        removed = co_await world.service.remove_data_set(key("set"));
        EXPECT_TRUE(removed);
        auto made = co_await world.service.create_data_set(data_set());
        found = co_await world.ingestions.find(key("set"), "left");
        EXPECT_TRUE(found.error().is(Errc::not_found)) << "a new set has no past";
    });
}

io::Task<void> stop_service(World& world, bool* is_done) {
    co_await world.service.stop();
    *is_done = true;
}

TEST_F(DashboardsTest, stop_waits_for_the_query_under_way_and_refuses_new_ones) {
    run([](World& world) -> io::Task<void> {
        co_await make_all(world);
        world.clock.advance(1s);
        world.queries.is_held = true;
        io::Scope callers(world.service.home());
        std::string seen;
        bool is_done = false;
        callers.spawn(look(world, &seen));
        callers.spawn(stop_service(world, &is_done));
        co_await world.service.remove(key("nothing"));  // lets the others run
        EXPECT_FALSE(is_done);
        world.queries.open();
        co_await callers.join();
        EXPECT_TRUE(is_done);
        EXPECT_EQ(seen, "2");
        auto refused = co_await world.service.refresh(key("set"));
        EXPECT_TRUE(refused.error().is(Errc::unavailable));
    });
}

}  // namespace
}  // namespace freshet::dashboards
