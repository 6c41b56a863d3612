// The facade over a database of its own: what is durable when, and what an end leaves.
#include "query/query.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "query/fakes_test.h"
#include "query/store.h"
#include "sql/plan/wire.h"

namespace freshet::query {
namespace {

const Home home{"000000000000", "us-east-1"};

class QueryTest : public testing::Test {
  protected:
    QueryTest()
        : place_(testing::TempDir() + "query_test_" + std::to_string(::getpid()) + "_" +
                 testing::UnitTest::GetInstance()->current_test_info()->name()) {
        std::filesystem::remove_all(place_);
        std::filesystem::create_directories(place_);
        database_ = *meta::Database::open(place_ + "/meta.db", store::migrations());
    }
    ~QueryTest() override { std::filesystem::remove_all(place_); }

    /// Runs `body` with a service of its own, from open() to stop().
    void with_query(const std::function<io::Task<void>(Query&)>& body) {
        io::run_to_end(clock_, [&](io::Core& core) { return serve(core, body); });
    }
    io::Task<void> serve(io::Core& core, const std::function<io::Task<void>(Query&)>& body) {
        Query query(core, *database_, catalog_, objects_,
                    {worker_path_, place_ + "/spill", "s3://results/"});
        EXPECT_TRUE(query.open());
        co_await body(query);
        co_await query.stop();
    }
    StartRequest request(const std::string& sql) {
        StartRequest request;
        request.home = home;
        request.sql = sql;
        return request;
    }
    /// A worker that answers with `frames` as soon as it is started.
    void use_worker_that_answers(const std::string& frames) {
        worker_path_ = place_ + "/worker";
        std::ofstream(place_ + "/frames", std::ios::binary) << frames;
        std::ofstream(worker_path_) << "#!/bin/sh\necho started >> '" << place_ << "/starts'\ncat '"
                                    << place_ << "/frames' >&3\ncat <&3 >/dev/null\n";
        std::filesystem::permissions(worker_path_, std::filesystem::perms::owner_all);
    }
    int starts() const {
        std::ifstream in(place_ + "/starts");
        int count = 0;
        for (std::string line; std::getline(in, line);) ++count;
        return count;
    }

    std::string place_;
    std::string worker_path_ = "/no/such/program";
    io::ManualClock clock_{from_epoch_ms(1'600'000'000'000)};
    std::unique_ptr<meta::Database> database_;
    FakeCatalog catalog_;
    FakeObjects objects_;
};

TEST_F(QueryTest, an_end_and_its_result_outlive_the_service) {
    std::optional<ExecutionId> id;
    with_query([&](Query& query) -> io::Task<void> {
        auto started = co_await query.start(request("SHOW DATABASES"));
        EXPECT_TRUE(started);
        id = *started;
        auto ended = co_await query.ended(home, *id);
        EXPECT_TRUE(ended);
        EXPECT_EQ(ended->state, State::succeeded);
        EXPECT_EQ(objects_.kept["results/" + **id + ".txt"], "default\n");
        EXPECT_TRUE(objects_.kept.contains("results/" + **id + ".txt.metadata"));
    });
    with_query([&](Query& query) -> io::Task<void> {
        auto found = co_await query.get(home, *id);
        EXPECT_TRUE(found);
        EXPECT_EQ(found->state, State::succeeded);
        auto page = co_await query.results(home, *id, 10, std::nullopt);
        EXPECT_TRUE(page);
        EXPECT_EQ(page->rows, std::vector<Row>{{"default"}});
        auto other = co_await query.get({"111111111111", "us-east-1"}, *id);
        EXPECT_TRUE(other.error().is(Errc::not_found));
    });
}

TEST_F(QueryTest, what_a_previous_process_left_running_has_failed) {
    store::Stored stored;
    stored.execution.id = ExecutionId("left");
    stored.execution.home = home;
    stored.execution.state = State::running;
    stored.execution.submitted = clock_.now();
    ASSERT_TRUE(database_->write_now([&](meta::Txn& txn) { return store::insert(txn, stored); }));
    with_query([&](Query& query) -> io::Task<void> {
        auto found = co_await query.get(home, ExecutionId("left"));
        EXPECT_TRUE(found);
        EXPECT_EQ(found->state, State::failed);
    });
}

TEST_F(QueryTest, a_token_starts_one_execution) {
    with_query([&](Query& query) -> io::Task<void> {
        StartRequest with_token = request("SHOW DATABASES");
        with_token.token = "one";
        auto first = co_await query.start(with_token);
        auto again = co_await query.start(with_token);
        EXPECT_TRUE(first && again);
        EXPECT_EQ(*first, *again);
        with_token.sql = "SHOW TABLES";
        auto other = co_await query.start(with_token);
        EXPECT_TRUE(other.error().is(Errc::invalid_request));
        auto ended = co_await query.ended(home, *first);
        EXPECT_TRUE(ended);
    });
}

TEST_F(QueryTest, a_result_that_cannot_be_written_fails_the_execution) {
    objects_.refuses_puts = true;
    with_query([&](Query& query) -> io::Task<void> {
        auto started = co_await query.start(request("SHOW DATABASES"));
        EXPECT_TRUE(started);
        auto ended = co_await query.ended(home, *started);
        EXPECT_TRUE(ended);
        EXPECT_EQ(ended->state, State::failed);
        EXPECT_EQ(ended->problem->type, 401);
        auto page = co_await query.results(home, *started, 10, std::nullopt);
        EXPECT_TRUE(page.error().is(Errc::not_ready));
    });
}

TEST_F(QueryTest, a_statement_that_cannot_be_read_starts_nothing) {
    with_query([&](Query& query) -> io::Task<void> {
        auto wrong = co_await query.start(request("SELECT FROM WHERE"));
        EXPECT_TRUE(wrong.error().is(Errc::syntax));
        EXPECT_TRUE(wrong.error().message().starts_with("line 1:")) << wrong.error().message();
        // Athena gives no place for a statement of a kind that it does not run.
        auto other = co_await query.start(request("INSERT INTO t VALUES (1)"));
        EXPECT_TRUE(other.error().is(Errc::syntax));
        EXPECT_EQ(other.error().message(), "Queries of this type are not supported");
        auto listing = co_await query.list(home, "primary", 10, 0);
        EXPECT_TRUE(listing);
        EXPECT_TRUE(listing->ids.empty());
    });
}

TEST_F(QueryTest, a_select_gives_the_rows_of_its_worker) {
    use_worker_that_answers(sql::plan::encode_rows({{"1"}, {std::nullopt}}) +
                            sql::plan::encode_done(7));
    with_query([&](Query& query) -> io::Task<void> {
        auto answer = co_await query.ask({home, "SELECT 1 AS a"});
        EXPECT_TRUE(answer) << answer.error().message();
        EXPECT_EQ(answer->rows, (std::vector<Row>{{"1"}, {std::nullopt}}));
        EXPECT_EQ(answer->columns.at(0).name, "a");
        EXPECT_EQ(answer->statistics.scanned_bytes, 7);
    });
    EXPECT_EQ(starts(), 1);
}

TEST_F(QueryTest, files_are_held_from_before_they_are_found_to_the_end_of_the_run) {
    use_worker_that_answers(sql::plan::encode_done(0));
    CatalogTable table;
    table.database = "default";
    table.name = "t";
    table.columns = {{"a", "string", ""}};
    table.location = "s3://lake/t/";
    table.input_format = "org.apache.hadoop.mapred.TextInputFormat";
    table.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
    catalog_.kept_tables[{"default", "t"}] = table;
    with_query([&](Query& query) -> io::Task<void> {
        bool is_located = false;
        objects_.before_locate = [&] { is_located = true; };
        auto answer = co_await query.ask({home, "SELECT a FROM t"});
        EXPECT_TRUE(answer) << answer.error().message();
        EXPECT_TRUE(is_located);
        EXPECT_TRUE(objects_.was_held);
        EXPECT_TRUE(objects_.held.expired());
    });
}

TEST_F(QueryTest, a_failure_has_the_name_of_its_code) {
    use_worker_that_answers(
        sql::plan::encode_failed({sql::ErrorCode::division_by_zero, "Division by zero"}));
    with_query([&](Query& query) -> io::Task<void> {
        auto answer = co_await query.ask({home, "SELECT 1"});
        EXPECT_TRUE(answer.error().is(Errc::failed));
        EXPECT_EQ(answer.error().message(), "DIVISION_BY_ZERO: Division by zero");
    });
}

TEST_F(QueryTest, a_worker_that_is_killed_takes_its_query_only) {
    use_worker_that_answers(std::string("\0\0\0\0\x09", 5));
    with_query([&](Query& query) -> io::Task<void> {
        auto lost = co_await query.ask({home, "SELECT 1"});
        EXPECT_EQ(lost.error().message(),
                  "GENERIC_INTERNAL_ERROR: the query worker answered nonsense");
        use_worker_that_answers(sql::plan::encode_done(0));
        auto next = co_await query.ask({home, "SELECT 1"});
        EXPECT_TRUE(next) << next.error().message();
    });
    EXPECT_EQ(starts(), 2);
}

}  // namespace
}  // namespace freshet::query
