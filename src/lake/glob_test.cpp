#include "lake/glob.h"

#include <gtest/gtest.h>

namespace freshet::lake {
namespace {

// The examples of AWS's page on a crawler's include and exclude patterns.
TEST(Glob, the_documented_examples) {
    EXPECT_TRUE(matches_glob("*.csv", "a.csv"));
    EXPECT_FALSE(matches_glob("*.csv", "below/a.csv"));
    EXPECT_TRUE(matches_glob("*.*", "a.b"));
    EXPECT_TRUE(matches_glob("*.{csv,avro}", "a.avro"));
    EXPECT_FALSE(matches_glob("*.{csv,avro}", "a.parquet"));
    EXPECT_TRUE(matches_glob("foo.?", "foo.x"));
    EXPECT_FALSE(matches_glob("foo.?", "foo.xy"));
    EXPECT_TRUE(matches_glob("myfolder/*/*", "myfolder/a/b"));
    EXPECT_FALSE(matches_glob("myfolder/*", "myfolder/a/b"));
    EXPECT_TRUE(matches_glob("myfolder/**", "myfolder/a/b"));
    EXPECT_TRUE(matches_glob("**.csv", "any/where/a.csv"));
    EXPECT_TRUE(matches_glob("Market*", "Market-1"));
    EXPECT_TRUE(matches_glob("departments/{market*,sale[0-3a]}.csv", "departments/sale2.csv"));
    EXPECT_FALSE(matches_glob("departments/{market*,sale[0-3a]}.csv", "departments/sale4.csv"));
    EXPECT_TRUE(matches_glob("employees/[!a-h]*", "employees/john"));
    EXPECT_FALSE(matches_glob("employees/[!a-h]*", "employees/anna"));
    EXPECT_TRUE(matches_glob("\\{a", "{a"));
    EXPECT_TRUE(matches_glob("", ""));
    EXPECT_FALSE(matches_glob("", "a"));
}

TEST(Glob, brackets_that_do_not_close_are_no_globs) {
    EXPECT_TRUE(is_glob("**/[a]{b,c}?"));
    EXPECT_FALSE(is_glob("{a"));
    EXPECT_FALSE(is_glob("[a"));
    EXPECT_FALSE(is_glob("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"));
}

TEST(Glob, a_glob_of_many_stars_takes_no_longer) {
    std::string glob;
    for (int i = 0; i < 500; ++i) glob += "**a";
    EXPECT_FALSE(matches_glob(glob, std::string(1000, 'a') + "b"));
}

}  // namespace
}  // namespace freshet::lake
