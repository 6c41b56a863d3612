#include "cli/input/header.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

TEST(Header, is_told_by_the_kind_of_the_cells_below_it) {
    EXPECT_TRUE(judge_header({"id", "name"}, {{"1", "ann"}, {"2", "bob"}}).is_header);
    EXPECT_EQ(judge_header({"id", "name"}, {{"1", "ann"}}).why, "below 'id' come numbers");
    EXPECT_TRUE(judge_header({"name", "born"}, {{"ann", "2001-02-03"}, {"bob", ""}}).is_header);
    EXPECT_TRUE(judge_header({"Place", "Type"}, {{"STREET", "THEFT"}}).is_header);
    EXPECT_TRUE(judge_header({"name", "well"}, {{"ann", "true"}, {"bob", "false"}}).is_header);
    EXPECT_TRUE(judge_header({"", "x"}, {{"a", "1.5e3"}}).is_header) << "an index has no name";
}

TEST(Header, is_not_a_row_like_the_others) {
    EXPECT_FALSE(judge_header({"ann", "paris"}, {{"bob", "rome"}, {"cid", "oslo"}}).is_header);
    EXPECT_EQ(judge_header({"ann", "paris"}, {{"bob", "rome"}}).why,
              "it is like the rows below it");
    EXPECT_FALSE(judge_header({"1", "ann"}, {{"2", "bob"}}).is_header);
    EXPECT_EQ(judge_header({"1", "ann"}, {{"2", "bob"}}).why, "'1' in it is a number");
    EXPECT_EQ(judge_header({"2026-01-31", "ann"}, {{"2", "bob"}}).why,
              "'2026-01-31' in it is a date");
}

TEST(Header, is_not_guessed_from_one_row) {
    EXPECT_FALSE(judge_header({"id", "name"}, {}).is_header);
    EXPECT_FALSE(judge_header({"id"}, {{""}}).is_header);
}

}  // namespace
}  // namespace freshet::cli
