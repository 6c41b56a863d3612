#include "lake/group/group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "lake/group/alike.h"
#include "lake/group/likely.h"
#include "lake/settings.h"

namespace freshet::lake {
namespace {

using Columns = std::vector<Column>;

Format format(Columns columns, const std::string& classification = "json") {
    Format made;
    made.classification = classification;
    made.columns = std::move(columns);
    return made;
}

/// The tables of s3://lake/all/, whose folders have these formats ("" is the target itself).
std::string tables_of(const std::map<std::string, Format>& folders, Grouping grouping = {}) {
    std::vector<std::string> lines;
    std::vector<Listed> files;
    for (const auto& [folder, unused] : folders)
        files.push_back({"all/" + folder + (folder.empty() ? "f" : "/f"), 1});
    Folder top = folders_of({"lake", "all/"}, {"s3://lake/all/", {}, {}}, files, lines);
    for (Folder* folder : with_files(top)) {
        std::string name = folder->location.substr(std::string_view("s3://lake/all/").size());
        if (!name.empty()) name.pop_back();
        folder->format = folders.at(name);
    }
    std::string text;
    for (const Candidate& one : grouped(top, grouping, lines)) {
        text += one.table.name + "(";
        for (const Column& column : one.table.format.columns)
            text += column.name + " " + column.type + ",";
        text += ")";
        for (const auto& key : one.table.keys) text += " " + key;
        for (const auto& [values, location] : one.table.partitions) {
            text += " [";
            for (const auto& value : values) text += value + " ";
            text += location.substr(std::string_view("s3://lake/").size()) + "]";
        }
        text += "\n";
    }
    return text;
}

Grouping combining() {
    Grouping made;
    made.combines_compatible = true;
    return made;
}

const Columns one{{"a", "int"}};
const Columns three{{"a", "bigint"}, {"b", "string"}, {"c", "string"}};
const Columns four{{"a", "double"}, {"b", "string"}, {"c", "string"}, {"d", "string"}};
const Columns other{{"z", "string"}};

TEST(Group, folders_that_are_alike_become_one_table) {
    EXPECT_EQ(tables_of({{"x", format(three)}, {"y", format(four)}}),
              "all(a double,b string,c string,d string,) partition_0 [x all/x/] [y all/y/]\n");
}

TEST(Group, the_root_is_sought_at_every_level) {
    EXPECT_EQ(tables_of({{"2026/01/31/05", format(one)}}),
              "all(a int,) partition_0 partition_1 partition_2 partition_3 [2026 01 31 05 "
              "all/2026/01/31/05/]\n");
    EXPECT_EQ(tables_of({{"2026/12/31/23", format(one)}, {"2027/01/01/00", format(one)}}),
              "all(a int,) partition_0 partition_1 partition_2 partition_3 [2026 12 31 23 "
              "all/2026/12/31/23/] [2027 01 01 00 all/2027/01/01/00/]\n");
    EXPECT_EQ(tables_of({{"x/p", format(one)},
                         {"x/q", format(one)},
                         {"y/p", format(other)},
                         {"y/q", format(other)}}),
              "x(a int,) partition_0 [p all/x/p/] [q all/x/q/]\n"
              "y(z string,) partition_0 [p all/y/p/] [q all/y/q/]\n");
    EXPECT_EQ(tables_of({{"d/x", format(one)}, {"d/y", format(other)}}),
              "x(a int,)\ny(z string,)\n");
}

TEST(Group, one_folder_of_another_kind_does_not_part_the_others) {
    std::map<std::string, Format> folders;
    for (const char* day : {"01", "02", "03", "04"}) {
        for (const char* hour : {"00", "01", "02", "03"})
            folders.emplace(std::string(day) + "/" + hour, format(one));
    }
    folders["03/02"] = format(other);
    const std::string tables = tables_of(folders);
    EXPECT_TRUE(tables.starts_with("02(z string,)\nall(a int,) partition_0 partition_1 [01 00 "))
        << tables;
    EXPECT_EQ(std::ranges::count(tables, '['), 15);
}

TEST(Group, seven_in_ten_columns_and_folders_are_not_enough) {
    EXPECT_DOUBLE_EQ(similarity(format(three), format(four)), 0.75);
    const Columns two{{"a", "bigint"}, {"z", "string"}};
    EXPECT_EQ(tables_of({{"x", format(three)}, {"y", format(two)}}),
              "x(a bigint,b string,c string,)\ny(a bigint,z string,)\n");
    // Two of three folders are alike: a table each.
    EXPECT_EQ(
        tables_of({{"x", format(three)}, {"y", format(three)}, {"z", format(two)}}).find("all("),
        std::string::npos);
    // Three of four: one table of them, and the fourth its own.
    EXPECT_TRUE(
        tables_of(
            {{"w", format(three)}, {"x", format(three)}, {"y", format(three)}, {"z", format(two)}})
            .starts_with("z(a bigint,z string,)\nall("));
}

TEST(Group, compatible_schemas_are_combined_when_the_crawler_says_so) {
    const Columns clash{{"a", "string"}};
    EXPECT_EQ(tables_of({{"x", format(three)}, {"y", format(other)}}, combining()),
              "all(a bigint,b string,c string,z string,) partition_0 [x all/x/] [y all/y/]\n");
    EXPECT_EQ(tables_of({{"x", format(three)}, {"y", format(clash)}}, combining()).find("all("),
              std::string::npos);
    EXPECT_EQ(tables_of({{"x", format(three)}, {"y", format(three, "parquet")}}, combining())
                  .find("all("),
              std::string::npos);
}

TEST(Group, keys_have_the_names_of_their_folders_or_of_their_place) {
    EXPECT_EQ(tables_of({{"x/p/day=1", format(three)}, {"y/p/day=1", format(three)}}),
              "all(a bigint,b string,c string,) partition_0 partition_1 day [x p 1 "
              "all/x/p/day=1/] [y p 1 all/y/p/day=1/]\n");
    EXPECT_EQ(tables_of({{"x/p/day=1", format(three)}, {"z", format(three)}}).find("all("),
              std::string::npos);  // other keys
    EXPECT_EQ(tables_of({{"k=1/k=2", format(one)}}), "all(a int,) k k_1 [1 2 all/k=1/k=2/]\n");
}

TEST(Group, folders_with_keys_are_partitions_unless_they_have_nothing_in_common) {
    EXPECT_EQ(tables_of({{"y=1", format(three)}, {"y=2", format(Columns{{"a", "string"}})}}),
              "all(a string,b string,c string,) y [1 all/y=1/] [2 all/y=2/]\n");
    const Columns ab{{"a", "int"}, {"b", "int"}}, cd{{"c", "int"}, {"d", "int"}};
    EXPECT_EQ(tables_of({{"year=2017", format(ab)}, {"year=2018", format(cd)}}),
              "year_2017(a int,b int,)\nyear_2018(c int,d int,)\n");
    EXPECT_EQ(tables_of({{"year=2017", format(ab)}, {"year=2018", format(cd)}}, combining()),
              "all(a int,b int,c int,d int,) year [2017 all/year=2017/] [2018 all/year=2018/]\n");
}

TEST(Group, files_beside_folders) {
    EXPECT_EQ(tables_of({{"", format(one)}, {"x", format(one)}}), "x(a int,)\nall(a int,)\n");
    EXPECT_EQ(tables_of({{"", format(one)}, {"k=1", format(one)}}), "all(a int,) k [1 all/k=1/]\n");
}

TEST(Group, a_level_is_where_the_tables_are) {
    Grouping third;
    third.table_level = 3;
    EXPECT_EQ(
        tables_of({{"x/p", format(one)}, {"x/q", format(other)}, {"y/p/r", format(one)}}, third),
        "x(a int,z string,) partition_0 [p all/x/p/] [q all/x/q/]\n"
        "y(a int,) partition_0 partition_1 [p r all/y/p/r/]\n");
}

TEST(Group, what_earlier_crawls_made_stays_the_root) {
    Grouping known;
    known.known = {"s3://lake/all/x/"};
    EXPECT_EQ(tables_of({{"x/p", format(one)}}, known), "x(a int,) partition_0 [p all/x/p/]\n");
    EXPECT_TRUE(tables_of({{"x/p", format(one)}, {"y/p", format(one)}}, known).starts_with("all("));
    known.is_partial = true;
    EXPECT_EQ(tables_of({{"x/p", format(one)}, {"y/p", format(one)}}, known),
              "x(a int,) partition_0 [p all/x/p/]\ny(a int,) partition_0 [p all/y/p/]\n");
}

TEST(Group, folders_of_as_many_schemas_are_as_many_tables) {
    std::map<std::string, Format> folders;
    for (int i = 0; i < 10'000; ++i) {
        const std::string number = std::to_string(i);
        folders["f" + number] =
            format({{"id", "int"}, {"at", "string"}, {"a" + number, "int"}, {"b" + number, "int"}});
    }
    const std::string tables = tables_of(folders);
    EXPECT_EQ(std::ranges::count(tables, '\n'), 10'000);
}

TEST(Likely, no_pair_that_is_alike_is_missed) {
    std::mt19937 random(7);
    std::vector<Format> formats;
    for (int i = 0; i < 400; ++i) {
        Columns columns;
        for (int name = 0; name < 12; ++name) {
            if (random() % 10 < 7) columns.push_back({"c" + std::to_string(name), "int"});
        }
        formats.push_back(format(columns));
    }
    std::vector<const Format*> all;
    for (const Format& one : formats) all.push_back(&one);
    for (const auto rule : {Likely::Rule::similar, Likely::Rule::of_one_table}) {
        Likely likely(all, rule);
        for (std::size_t i = 0; i < formats.size(); ++i) {
            const auto found = likely.sets_for(formats[i]);
            for (std::size_t k = 0; k < i; ++k) {
                const bool is_alike = rule == Likely::Rule::similar
                                          ? is_similar(formats[k], formats[i])
                                          : is_of_one_table(formats[k], formats[i]);
                if (is_alike) EXPECT_TRUE(std::ranges::binary_search(found, k)) << k << " " << i;
            }
            likely.add(formats[i], i);
        }
    }
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
