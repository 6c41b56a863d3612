#include "lake/group.h"

#include <gtest/gtest.h>

#include "lake/settings.h"

namespace freshet::lake {
namespace {

Candidate folder(const std::string& name, std::vector<Column> columns,
                 const std::string& classification = "json") {
    Candidate made;
    made.folder = name;
    made.table.name = name;
    made.table.location = "s3://lake/all/" + name + "/";
    made.table.format.classification = classification;
    made.table.format.columns = std::move(columns);
    made.files.push_back({"all/" + name + "/f", 1});
    return made;
}

std::string text_of(const std::vector<Candidate>& tables) {
    std::string text;
    for (const Candidate& one : tables) {
        text += one.table.name + "(";
        for (const Column& column : one.table.format.columns)
            text += column.name + " " + column.type + ",";
        text += ")";
        for (const auto& key : one.table.keys) text += " " + key;
        for (const auto& [values, location] : one.table.partitions) {
            text += " [";
            for (const auto& value : values) text += value + " ";
            text += location + "]";
        }
        text += "\n";
    }
    return text;
}

std::string grouped_text(std::vector<Candidate> found, Grouping grouping = {}) {
    std::vector<std::string> lines;
    return text_of(grouped({"lake", "all/"}, std::move(found), grouping, "", lines));
}

const std::vector<Column> three{{"a", "bigint"}, {"b", "string"}, {"c", "string"}};
const std::vector<Column> four{{"a", "double"}, {"b", "string"}, {"c", "string"}, {"d", "string"}};

TEST(Group, folders_that_are_alike_become_one_table) {
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", four)}),
              "all(a double,b string,c string,d string,) partition_0 [x s3://lake/all/x/] [y "
              "s3://lake/all/y/]\n");
}

TEST(Group, seven_in_ten_columns_and_folders_are_not_enough) {
    EXPECT_DOUBLE_EQ(similarity(folder("x", three).table.format, folder("y", four).table.format),
                     0.75);
    const std::vector<Column> two{{"a", "bigint"}, {"z", "string"}};
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", two)}),
              "x(a bigint,b string,c string,)\ny(a bigint,z string,)\n");
    // Two of three folders are alike: a table each.
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", three), folder("z", two)}).find("all("),
              std::string::npos);
    // Three of four: one table of them, and the fourth its own.
    EXPECT_TRUE(
        grouped_text({folder("w", three), folder("x", three), folder("y", three), folder("z", two)})
            .starts_with("z(a bigint,z string,)\nall("));
}

TEST(Group, compatible_schemas_are_combined_when_the_crawler_says_so) {
    const std::vector<Column> other{{"z", "string"}}, clash{{"a", "string"}};
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", other)}, {true, false}),
              "all(a bigint,b string,c string,z string,) partition_0 [x s3://lake/all/x/] [y "
              "s3://lake/all/y/]\n");
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", clash)}, {true, false}).find("all("),
              std::string::npos);
    EXPECT_EQ(grouped_text({folder("x", three), folder("y", three, "parquet")}, {true, false})
                  .find("all("),
              std::string::npos);
}

TEST(Group, keys_below_the_folders_move_on_by_one) {
    Candidate x = folder("x", three), y = folder("y", three), z = folder("z", three);
    for (Candidate* one : {&x, &y}) {
        one->table.keys = {"partition_0", "day"};
        one->table.partitions.emplace(std::vector<std::string>{"p", "1"},
                                      one->table.location + "p/day=1/");
    }
    EXPECT_EQ(grouped_text({x, y}),
              "all(a bigint,b string,c string,) partition_0 partition_1 day [x p 1 "
              "s3://lake/all/x/p/day=1/] [y p 1 s3://lake/all/y/p/day=1/]\n");
    EXPECT_EQ(grouped_text({x, z}).find("all("), std::string::npos);  // other keys
}

TEST(Settings, what_aws_writes_is_understood_and_nothing_else) {
    const auto settings = settings_of(
        R"({"Version":1.0,"CreatePartitionIndex":true,"CrawlerOutput":{"Partitions":{"AddOrUpdateBehavior":"InheritFromTable"},)"
        R"("Tables":{"AddOrUpdateBehavior":"MergeNewColumns","TableThreshold":5}},"Grouping":{"TableGroupingPolicy":"CombineCompatibleSchemas","TableLevelConfiguration":2}})");
    ASSERT_TRUE(settings) << settings.error();
    EXPECT_TRUE(settings->combines_compatible && settings->merges_new_columns);
    EXPECT_EQ(settings->table_level, 2);
    EXPECT_EQ(settings->tables_max, 5);
    EXPECT_TRUE(settings_of(""));
    EXPECT_FALSE(settings_of("{"));
    EXPECT_FALSE(settings_of(R"({"Version":1.0,"Other":1})"));
    EXPECT_FALSE(settings_of(R"({"Grouping":{"TableGroupingPolicy":"Other"}})"));
    EXPECT_FALSE(settings_of(R"({"Grouping":{"TableLevelConfiguration":0}})"));
}

}  // namespace
}  // namespace freshet::lake
