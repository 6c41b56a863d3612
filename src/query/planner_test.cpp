// Objects and how they are stored are of one moment, whatever happens to a table during a plan.
#include "query/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "query/fakes_test.h"
#include "query/tables.h"
#include "sql/trino/parse/parser.h"

namespace freshet::query {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Home home{"000000000000", "us-east-1"};

CatalogStorage text_at(std::string location) {
    CatalogStorage storage;
    storage.columns = {{"a", "string", ""}};
    storage.location = std::move(location);
    storage.input_format = "org.apache.hadoop.mapred.TextInputFormat";
    storage.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
    storage.serde_parameters = {{"field.delim", ";"}};
    return storage;
}

CatalogStorage parquet_at(std::string location) {
    CatalogStorage storage;
    storage.columns = {{"a", "string", ""}};
    storage.location = std::move(location);
    storage.input_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat";
    storage.serde = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe";
    return storage;
}

class PlannerTest : public testing::Test {
  protected:
    PlannerTest() {
        CatalogTable table;
        static_cast<CatalogStorage&>(table) = text_at("s3://b/t/");
        table.database = "default";
        table.name = "t";
        table.table_type = "EXTERNAL_TABLE";
        table.partition_keys = {{"p", "string", ""}};
        catalog_.kept_tables[{"default", "t"}] = table;
        catalog_.kept_partitions[{"default", "t"}] = {{{"1"}, text_at("s3://b/t/p=1/"), {}}};
        objects_.kept = {{"b/t/p=1/x.csv", "1\n"}, {"b/t/p=1/y.csv", "2\n"}};
    }
    CatalogPartition& partition() { return catalog_.kept_partitions[{"default", "t"}][0]; }
    void convert() {
        partition().parameters = text_parameters(partition().storage);
        partition().storage = parquet_at("s3://b/t/p=1/");
        objects_.kept = {{"b/t/p=1/part-0.parquet", "PAR1"}};
    }
    /// Files of the plan by format.
    std::map<sql::plan::Format, std::vector<std::string>> files() {
        std::map<sql::plan::Format, std::vector<std::string>> made;
        io::ManualClock clock(from_epoch_ms(0));
        io::Pool pool(1, "pool");
        io::run_to_end(clock, [&](io::Core&) { return plan(pool, made); });
        return made;
    }

    FakeCatalog catalog_;
    FakeObjects objects_;

  private:
    io::Task<void> plan(io::Pool& pool,
                        std::map<sql::plan::Format, std::vector<std::string>>& made) {
        Planner planner(catalog_, objects_, pool);
        const auto parsed = sql::trino::parse_statement("SELECT a FROM t");
        EXPECT_TRUE(parsed);
        auto planned = co_await planner.plan(home, *parsed->query, {});
        EXPECT_TRUE(planned) << planned.error().message;
        if (!planned) co_return;
        for (const sql::plan::ScanPlan& scan : planned->plan.scans) {
            for (const sql::plan::File& file : scan.files) made[scan.format].push_back(file.name);
        }
    }
};

TEST_F(PlannerTest, a_partition_that_is_converted_during_the_plan_is_read_as_it_became) {
    objects_.before_locate = [this] { convert(); };
    const auto made = files();
    ASSERT_EQ(made.size(), 1U);
    EXPECT_THAT(made.at(sql::plan::Format::parquet), ElementsAre("s3://b/t/p=1/part-0.parquet"));
}

TEST_F(PlannerTest, a_table_without_partitions_too) {
    CatalogTable& table = catalog_.kept_tables[{"default", "t"}];
    table.partition_keys.clear();
    objects_.kept = {{"b/t/x.csv", "1\n"}};
    objects_.before_locate = [this] {
        CatalogTable& now = catalog_.kept_tables[{"default", "t"}];
        static_cast<CatalogStorage&>(now) = parquet_at("s3://b/t/");
        objects_.kept = {{"b/t/part-0.parquet", "PAR1"}};
    };
    const auto made = files();
    ASSERT_EQ(made.size(), 1U);
    EXPECT_THAT(made.at(sql::plan::Format::parquet), ElementsAre("s3://b/t/part-0.parquet"));
}

TEST_F(PlannerTest, text_that_comes_to_a_converted_partition_is_read_as_text) {
    convert();
    objects_.kept["b/t/p=1/late.csv"] = "3\n";
    const auto made = files();
    ASSERT_EQ(made.size(), 2U);
    EXPECT_THAT(made.at(sql::plan::Format::delimited), ElementsAre("s3://b/t/p=1/late.csv"));
    EXPECT_THAT(made.at(sql::plan::Format::parquet), ElementsAre("s3://b/t/p=1/part-0.parquet"));
}

TEST_F(PlannerTest, text_may_be_called_parquet) {
    objects_.kept = {{"b/t/p=1/x.parquet", "1\n"}};
    const auto made = files();
    EXPECT_THAT(made.at(sql::plan::Format::delimited), ElementsAre("s3://b/t/p=1/x.parquet"));
}

TEST(QueryTables, text_beside_parquet_is_read_as_before) {
    const CatalogStorage text = text_at("s3://b/t/");
    const auto parameters = text_parameters(text);
    const auto beside = text_beside(parquet_at("s3://b/t/"), parameters);
    ASSERT_TRUE(beside);
    EXPECT_EQ(beside->serde, text.serde);
    EXPECT_EQ(beside->serde_parameters, text.serde_parameters);
    EXPECT_EQ(beside->input_format, text.input_format);
    EXPECT_FALSE(text_beside(text, parameters));
    EXPECT_FALSE(text_beside(parquet_at("s3://b/t/"), {}));
}

}  // namespace
}  // namespace freshet::query
