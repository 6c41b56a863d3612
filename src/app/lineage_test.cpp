#include "app/lineage.h"

#include "app/fixture.h"

namespace freshet::app {
namespace {

Runs runs(std::initializer_list<const char*> ids) {
    Runs all;
    for (const char* id : ids) all.push_back({std::ssize(all) + 1, id});
    return all;
}

TEST(Compare, two_that_end_with_the_same_run_belong_together) {
    EXPECT_EQ(compare({}, {}), Age::same);
    EXPECT_EQ(compare(runs({"a", "b"}), runs({"a", "b"})), Age::same);
}

TEST(Compare, one_that_holds_the_last_run_of_the_other_and_more_is_newer) {
    EXPECT_EQ(compare(runs({"a", "b", "c"}), runs({"a", "b"})), Age::newer);
    EXPECT_EQ(compare(runs({"a"}), {}), Age::newer);
}

TEST(Compare, one_that_ends_with_an_earlier_run_of_the_other_is_older) {
    EXPECT_EQ(compare(runs({"a"}), runs({"a", "b"})), Age::older);
    EXPECT_EQ(compare({}, runs({"a"})), Age::missing);
}

TEST(Compare, two_that_went_separate_ways_are_foreign_though_they_share_runs) {
    EXPECT_EQ(compare(runs({"a", "b"}), runs({"a", "c"})), Age::foreign);
    EXPECT_EQ(compare(runs({"x"}), runs({"y"})), Age::foreign);
}

using RunsFile = DirectoryTest;

TEST_F(RunsFile, gives_back_what_was_saved) {
    const Runs saved = runs({"a", "b"});
    ASSERT_TRUE(save_runs(*disk, root / "objects", saved));
    EXPECT_EQ(*load_runs(*disk, root / "objects"), saved);
    EXPECT_EQ(read("objects/RUNS"), "1 a\n2 b\n");  // docs/formats/data-directory.md
}

TEST_F(RunsFile, that_is_not_there_is_no_run) {
    EXPECT_TRUE(load_runs(*disk, root / "objects")->empty());
}

TEST_F(RunsFile, keeps_the_last_thousand) {
    Runs many;
    for (std::int64_t number = 1; number <= 1001; ++number) many.push_back({number, "id"});
    ASSERT_TRUE(save_runs(*disk, root / "objects", many));
    const auto loaded = load_runs(*disk, root / "objects");
    ASSERT_EQ(loaded->size(), 1000u);
    EXPECT_EQ(loaded->front().number, 2);
    EXPECT_EQ(loaded->back().number, 1001);
}

TEST_F(RunsFile, with_a_line_that_is_not_a_run_is_corrupt_and_named) {
    for (const char* line : {"1\n", "x a\n", "0 a\n", "-3 a\n"}) {
        write("objects/RUNS", line);
        const auto loaded = load_runs(*disk, root / "objects");
        ASSERT_FALSE(loaded) << line;
        EXPECT_TRUE(loaded.error().is(Errc::corrupt));
        EXPECT_NE(loaded.error().message().find("objects/RUNS"), std::string::npos);
    }
}

TEST_F(RunsFile, of_the_database_holds_the_last_thousand_too) {
    const auto database = open_database(run_migrations());
    for (std::int64_t number = 1; number <= 1001; ++number)
        ASSERT_TRUE(add_run(*database, {number, "id"}, 1));
    const auto loaded = load_runs(*database);
    ASSERT_EQ(loaded->size(), 1000u);
    EXPECT_EQ(loaded->front().number, 2);
}

}  // namespace
}  // namespace freshet::app
