// Statements on a catalog in memory: what they change, and Hive's words for what they refuse.
#include "query/ddl/statements.h"

#include <gtest/gtest.h>

#include "query/fakes_test.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

const Home home{"000000000000", "us-east-1"};
constexpr std::string_view create_trips =
    "CREATE EXTERNAL TABLE trips (id int) PARTITIONED BY (day string) LOCATION 's3://lake/trips'";
constexpr std::string_view task =
    "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. ";

class StatementsTest : public testing::Test {
  protected:
    /// Lines, or "TYPE: message" of a problem.
    std::vector<std::string> run(std::string_view text) {
        std::vector<std::string> lines;
        io::run_to_end(clock_, [&](io::Core&) { return run_one(text, lines); });
        return lines;
    }
    io::Task<void> run_one(std::string_view text, std::vector<std::string>& lines) {
        io::Pool pool(1, "test");
        Planner planner(catalog_, objects_, pool);
        Statements statements(catalog_, objects_, planner);
        Cancel cancel;
        const auto statement = sql::trino::parse_statement(text);
        EXPECT_TRUE(statement) << statement.error().text();
        auto printed = co_await statements.run(home, *statement, {}, cancel);
        lines = printed ? printed->lines
                        : std::vector<std::string>{std::to_string(printed.error().type) + ": " +
                                                   printed.error().message};
    }
    std::vector<std::string> failed(int type, std::string_view message) {
        return {std::to_string(type) + ": " + std::string(message)};
    }
    std::vector<std::string> failed_task(std::string_view message) {
        return failed(1003, std::string(task) + std::string(message));
    }

    io::ManualClock clock_{from_epoch_ms(0)};
    FakeCatalog catalog_;
    FakeObjects objects_;
    const std::vector<std::string> nothing_;
};

TEST_F(StatementsTest, databases_are_made_shown_and_dropped) {
    EXPECT_EQ(run("CREATE DATABASE lake"), nothing_);
    EXPECT_EQ(run("CREATE DATABASE lake"), failed_task("Database lake already exists"));
    EXPECT_EQ(run("CREATE DATABASE IF NOT EXISTS lake"), nothing_);
    EXPECT_EQ(run("SHOW DATABASES"), (std::vector<std::string>{"default", "lake"}));
    EXPECT_EQ(run("DROP DATABASE lake"), nothing_);
    EXPECT_EQ(
        run("DROP DATABASE lake"),
        failed(1004, "FAILED: SemanticException [Error 10072]: Database does not exist: lake"));
    EXPECT_EQ(run("DROP DATABASE IF EXISTS lake"), nothing_);
}

TEST_F(StatementsTest, tables_are_made_shown_and_dropped) {
    EXPECT_EQ(run(create_trips), nothing_);
    EXPECT_EQ(run(create_trips),
              failed_task("AlreadyExistsException(message:Table trips already exists)"));
    EXPECT_EQ(run("SHOW TABLES"), std::vector<std::string>{"trips"});
    EXPECT_EQ(run("DROP DATABASE default"),
              failed_task("InvalidOperationException(message:Database default is not empty. One "
                          "or more tables exist.)"));
    EXPECT_EQ(run("DROP TABLE trips"), nothing_);
    EXPECT_EQ(
        run("DROP TABLE trips"),
        failed(1110, "FAILED: SemanticException [Error 10001]: Table not found default.trips"));
    EXPECT_EQ(run("DROP TABLE IF EXISTS trips"), nothing_);
}

TEST_F(StatementsTest, partitions_are_added_shown_and_dropped) {
    run(create_trips);
    EXPECT_EQ(run("ALTER TABLE trips ADD PARTITION (day='01')"), nothing_);
    EXPECT_EQ(run("ALTER TABLE trips ADD PARTITION (day='01')"),
              failed_task("AlreadyExistsException(message:Partition already exists: day=01)"));
    EXPECT_EQ(run("ALTER TABLE trips ADD IF NOT EXISTS PARTITION (day='01')"), nothing_);
    EXPECT_EQ(run("SHOW PARTITIONS trips"), std::vector<std::string>{"day=01"});
    const auto& kept = catalog_.kept_partitions[{"default", "trips"}];
    EXPECT_EQ(kept.at(0).storage.location, "s3://lake/trips/day=01");
    EXPECT_EQ(run("ALTER TABLE trips DROP PARTITION (day='01')"), nothing_);
    EXPECT_EQ(run("ALTER TABLE trips DROP PARTITION (day='01')"),
              failed(1003, "FAILED: SemanticException [Error 10006]: Partition not found day=01"));
}

TEST_F(StatementsTest, repair_finds_the_partitions_of_the_object_store) {
    run(create_trips);
    objects_.kept = {{"lake/trips/day=01/a", "x"},
                     {"lake/trips/day=01/b", "x"},
                     {"lake/trips/day=10%3A30/a", "x"},
                     {"lake/trips/other/a", "x"}};
    EXPECT_EQ(
        run("MSCK REPAIR TABLE trips"),
        (std::vector<std::string>{"Partitions not in metastore:\ttrips:day=01\ttrips:day=10%3A30",
                                  "Repair: Added partition to metastore trips:day=01",
                                  "Repair: Added partition to metastore trips:day=10%3A30"}));
    EXPECT_EQ(catalog_.kept_partitions[(std::pair<std::string, std::string>("default", "trips"))]
                  .at(1)
                  .values,
              std::vector<std::string>{"10:30"});
    EXPECT_EQ(run("MSCK REPAIR TABLE trips"), nothing_);
}

TEST_F(StatementsTest, what_has_no_partitions_says_so) {
    run("CREATE EXTERNAL TABLE plain (id int) LOCATION 's3://lake/plain/'");
    EXPECT_EQ(run("SHOW PARTITIONS plain"), failed_task("Table plain is not a partitioned table"));
    EXPECT_EQ(run("MSCK REPAIR TABLE plain"),
              failed_task("Table plain is not a partitioned table"));
}

TEST_F(StatementsTest, a_view_is_analysed_before_it_is_made) {
    EXPECT_EQ(run("CREATE VIEW v AS SELECT 1 AS a"), nothing_);
    EXPECT_EQ(run("SHOW VIEWS"), std::vector<std::string>{"v"});
    EXPECT_EQ(run("CREATE VIEW w AS SELECT a FROM no_such_table").at(0).substr(0, 6), "1110: ");
    EXPECT_FALSE(catalog_.kept_tables.contains({"default", "w"}));
    EXPECT_EQ(
        run("DROP TABLE v"),
        failed(1003,
               "FAILED: SemanticException [Error 10261]: Cannot drop a view with DROP TABLE"));
    EXPECT_EQ(run("DROP VIEW v"), nothing_);
}

TEST_F(StatementsTest, patterns_are_hives) {
    EXPECT_TRUE(matches_pattern("trips", ""));
    EXPECT_TRUE(matches_pattern("trips", "tr*"));
    EXPECT_TRUE(matches_pattern("trips", "a*|*ips"));
    EXPECT_FALSE(matches_pattern("trips", "a*|b*"));
}

}  // namespace
}  // namespace freshet::query
