#include "query/tables.h"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

using sql::ErrorCode;

CatalogTable text_table() {
    CatalogTable table;
    table.database = "lake";
    table.name = "trips";
    table.table_type = "EXTERNAL_TABLE";
    table.location = "s3://lake/trips/";
    table.input_format = "org.apache.hadoop.mapred.TextInputFormat";
    table.serde = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";
    table.columns = {{"id", "int", ""}, {"name", "string", ""}};
    table.partition_keys = {{"day", "string", ""}};
    return table;
}

TEST(Tables, a_location_has_a_bucket_and_a_key) {
    std::string bucket, key;
    EXPECT_TRUE(parse_location("s3://lake/a/b/", bucket, key));
    EXPECT_EQ(bucket, "lake");
    EXPECT_EQ(key, "a/b/");
    EXPECT_TRUE(parse_location("s3a://lake", bucket, key));
    EXPECT_EQ(key, "");
    for (const char* other : {"", "lake/a", "file:///a", "s3://", "s3:///a"})
        EXPECT_FALSE(parse_location(other, bucket, key)) << other;
}

TEST(Tables, the_path_of_a_partition_comes_back_as_its_values) {
    const std::vector<CatalogColumn> keys{{"day", "string", ""}, {"at", "string", ""}};
    EXPECT_EQ(partition_path(keys, {"2022", "10:30/x"}), "day=2022/at=10%3A30%2Fx");
    EXPECT_EQ(unescape_path("10%3A30%2Fx"), "10:30/x");
    EXPECT_EQ(unescape_path("50%"), "50%");
    EXPECT_EQ(unescape_path("%zz"), "%zz");
}

TEST(Tables, a_view_comes_back_as_it_was_stored) {
    const std::string sql = "SELECT \"a\" FROM t -- \xc3\xa9\n";
    const CatalogTable table =
        make_view("lake", "v", sql, "other", {{"A", sql::trino::varchar_type()}});
    EXPECT_TRUE(is_view(table));
    EXPECT_EQ(table.columns.at(0).name, "a");
    EXPECT_EQ(table.columns.at(0).type, "string");
    const auto view = read_view(table);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->sql, sql);
    EXPECT_EQ(view->database, "other");
    ASSERT_EQ(view->columns.size(), 1U);
    EXPECT_EQ(view->columns[0].first, "a");
    EXPECT_FALSE(read_view(text_table()));
}

TEST(Tables, a_type_or_a_format_that_is_not_built_is_refused_when_the_table_is_read) {
    EXPECT_TRUE(table_info(text_table()).is_readable);
    CatalogTable table = text_table();
    table.columns[0].type = "uniontype<int>";
    EXPECT_FALSE(table_info(table).is_readable);
    EXPECT_EQ(table_info(table).why_code, ErrorCode::not_supported);
    table = text_table();
    table.input_format = "org.apache.hadoop.mapred.SequenceFileInputFormat";
    EXPECT_FALSE(table_info(table).is_readable);
    EXPECT_EQ(table_info(table).why_code, ErrorCode::hive_unsupported_format);
    table = text_table();
    table.parameters["table_type"] = "ICEBERG";
    EXPECT_EQ(table_info(table).why,
              "table lake.trips is of Iceberg, whose tables are not supported");
}

TEST(Tables, a_partition_of_another_type_is_refused) {
    const CatalogTable table = text_table();
    CatalogPartition partition{{"01"}, table};
    EXPECT_FALSE(partition_refusal(table, partition));
    partition.storage.columns[0].type = "smallint";
    EXPECT_FALSE(partition_refusal(table, partition));
    partition.storage.columns[0].type = "double";
    const auto refusal = partition_refusal(table, partition);
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->code, ErrorCode::hive_partition_schema_mismatch);
    EXPECT_TRUE(
        refusal->why.ends_with("but partition 'day=01' declared column 'id' as type "
                               "'double'."))
        << refusal->why;
}

}  // namespace
}  // namespace freshet::query
