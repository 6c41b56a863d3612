#include "sql/trino/analyzer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/hive/parser.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

TableMap tables() {
    TableInfo crimes;
    crimes.database = "default";
    crimes.name = "crimes";
    crimes.columns = {{"id", make_type(TypeKind::bigint), false},
                      {"primary_type", varchar_type(), false},
                      {"score", make_type(TypeKind::double_), false},
                      {"tags", array_type(varchar_type()), false},
                      {"at", timestamp_type(), false},
                      {"year", varchar_type(), true},
                      {"month", make_type(TypeKind::integer), true}};
    TableInfo view;
    view.database = "default";
    view.name = "recent";
    view.is_view = true;
    view.view_database = "default";
    view.view_sql = "SELECT id, year AS y, count(*) AS n FROM crimes GROUP BY id, year";
    return {{"default.crimes", crimes}, {"default.recent", view}};
}

SyntaxResult<Analyzed> analyzed(const std::string& sql) {
    static const TableMap map = tables();
    auto statement = parse_statement(sql);
    if (!statement) return pass(statement);
    Context context;
    return analyze(*statement->query, map, context);
}

std::string error_of(const std::string& sql) {
    auto made = analyzed(sql);
    return made ? "none: " + made->sql
                : std::string(name_of(made.error().code)) + ": " + made.error().text();
}

std::string types_of(const std::string& sql) {
    auto made = analyzed(sql);
    if (!made) return made.error().text();
    std::string text;
    for (const auto& column : made->columns)
        text += (text.empty() ? "" : ", ") + column.name + " " + column.type.name();
    return text;
}

TEST(Analyzer, names_and_types_the_columns_as_trino_does) {
    EXPECT_EQ(types_of("SELECT ID, count(*) FROM crimes GROUP BY 1"), "ID bigint, _col1 bigint");
    EXPECT_EQ(types_of("SELECT 1, 1.5, 'abc', 7/2, DECIMAL '1.20' * 2"),
              "_col0 integer, _col1 double, _col2 varchar(3), _col3 integer, _col4 decimal(13,2)");
    EXPECT_EQ(
        types_of("SELECT now() AS t, current_date AS d, at + INTERVAL '1' DAY AS n FROM crimes"),
        "t timestamp(3) with time zone, d date, n timestamp(3)");
    EXPECT_EQ(types_of("SELECT sum(month) s, avg(id) a FROM crimes"), "s bigint, a double");
}

TEST(Analyzer, says_where_a_statement_is_wrong) {
    EXPECT_EQ(error_of("SELECT x FROM crimes"),
              "COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved");
    EXPECT_EQ(error_of("SELECT foo(1)"),
              "FUNCTION_NOT_FOUND: line 1:8: Function 'foo' not registered");
    EXPECT_EQ(error_of("SELECT '10' > 9"),
              "TYPE_MISMATCH: line 1:13: Cannot apply operator: varchar(2) > integer");
    EXPECT_EQ(error_of("SELECT *\nFROM nope"),
              "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.default.nope' does not exist");
    EXPECT_EQ(error_of("SELECT id, count(*) FROM crimes"),
              "EXPRESSION_NOT_AGGREGATE: line 1:8: 'id' must be an aggregate expression or appear "
              "in GROUP BY clause");
    EXPECT_EQ(error_of("SELECT FROM crimes"),
              "SYNTAX_ERROR: line 1:8: mismatched input 'FROM'. Expecting: <expression>");
    EXPECT_EQ(error_of("SELECT id FROM crimes WHERE year = '2022' GROUP BY"),
              "SYNTAX_ERROR: line 1:51: mismatched input '<EOF>'. Expecting: <expression>");
    EXPECT_EQ(error_of("SELECT id::varchar FROM crimes").substr(0, 27),
              "SYNTAX_ERROR: line 1:10: mi");
}

TEST(Analyzer, takes_filters_on_partition_keys_through_views) {
    auto made = analyzed("SELECT * FROM recent WHERE y = '2022' AND n > 3");
    ASSERT_TRUE(made) << made.error().text();
    ASSERT_EQ(made->scans.size(), 1U);
    ASSERT_EQ(made->scans[0].filters.size(), 1U);
    std::vector<std::optional<std::string>> values(7);
    values[5] = "2022";
    EXPECT_TRUE(may_match(made->scans[0].filters[0], values));
    values[5] = "2021";
    EXPECT_FALSE(may_match(made->scans[0].filters[0], values));
}

TEST(Analyzer, compares_partition_numbers_as_numbers) {
    auto made = analyzed("SELECT id FROM crimes WHERE month BETWEEN 9 AND 10 OR month IN (1)");
    ASSERT_TRUE(made);
    ASSERT_EQ(made->scans[0].filters.size(), 1U);
    std::vector<std::optional<std::string>> values(7);
    for (const auto& [month, kept] :
         {std::pair("09", true), {"10", true}, {"01", true}, {"2", false}, {"11", false}}) {
        values[6] = month;
        EXPECT_EQ(may_match(made->scans[0].filters[0], values), kept) << month;
    }
}

TEST(Analyzer, does_not_prune_by_an_outer_join_or_a_limit) {
    auto outer = analyzed(
        "SELECT a.id FROM crimes a LEFT JOIN crimes b ON a.id = b.id WHERE b.year = '2022' OR "
        "b.year IS NULL");
    ASSERT_TRUE(outer);
    EXPECT_TRUE(outer->scans[0].filters.empty() && outer->scans[1].filters.empty());
    auto limited = analyzed("SELECT * FROM (SELECT * FROM crimes LIMIT 5) WHERE year = '2022'");
    ASSERT_TRUE(limited);
    EXPECT_TRUE(limited->scans[0].filters.empty());
}

TEST(Analyzer, refuses_what_would_exhaust_the_stack) {
    std::string deep(5000, '(');
    EXPECT_NE(error_of("SELECT " + deep).find("too deeply nested"), std::string::npos);
    std::string nots = "SELECT ";
    for (int i = 0; i < 5000; ++i) nots += "NOT ";
    EXPECT_NE(error_of(nots).find("too deeply nested"), std::string::npos);
}

TEST(Parser, tells_queries_in_parentheses_from_expressions_without_trying_both) {
    std::string text = "1";
    for (int i = 0; i < 20; ++i) text = "((SELECT " + text + ") + 1)";
    EXPECT_TRUE(parse_statement("SELECT " + text));
    EXPECT_TRUE(parse_statement("SELECT ((SELECT 1))"));
    EXPECT_TRUE(parse_statement("((SELECT 1) UNION (SELECT 2)) ORDER BY 1"));
    EXPECT_TRUE(parse_statement("SELECT * FROM ((SELECT 1) AS a JOIN (SELECT 2) AS b ON true)"));
}

TEST(Hive, reads_the_articles_table) {
    auto made = parse_statement(
        "CREATE EXTERNAL TABLE IF NOT EXISTS `db`.`crimes` (\n `id` bigint COMMENT 'x', names "
        "array<struct<a:int,b:decimal(10,2)>>)\n"
        "PARTITIONED BY (year string, month string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' "
        "ESCAPED BY '\\\\'\n"
        "STORED AS TEXTFILE LOCATION 's3://b/p/' TBLPROPERTIES ('skip.header.line.count'='1')");
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(made->kind, StatementKind::create_table);
    EXPECT_EQ(made->names, (std::vector<std::string>{"db", "crimes"}));
    EXPECT_EQ(made->table.columns[1].type, "array<struct<a:int,b:decimal(10,2)>>");
    EXPECT_EQ(made->table.partition_keys.size(), 2U);
    EXPECT_EQ(made->table.serde_properties[0].second, ",");
    EXPECT_EQ(made->table.location, "s3://b/p/");
}

TEST(Hive, reads_partitions_and_show) {
    auto add = parse_statement(
        "ALTER TABLE t ADD IF NOT EXISTS PARTITION (year='2022', month=1) LOCATION 's3://b/x' "
        "PARTITION (year='2023', month=2)");
    ASSERT_TRUE(add) << add.error().text();
    EXPECT_EQ(add->partitions.size(), 2U);
    EXPECT_EQ(add->partitions[0].values[1].second, "1");
    EXPECT_TRUE(parse_statement("SHOW TABLES IN db 'a*|b'"));
    EXPECT_TRUE(parse_statement("MSCK REPAIR TABLE db.t;"));
    EXPECT_TRUE(parse_statement("DESCRIBE FORMATTED t"));
    EXPECT_EQ(parse_statement("SHOW NONSENSE").error().text().substr(0, 10), "line 1:6: ");
}

}  // namespace
}  // namespace freshet::sql::trino
