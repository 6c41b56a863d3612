#include "jobs/run/sql_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::jobs {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SqlScript, statements_end_at_semicolons_outside_of_texts_and_comments) {
    EXPECT_THAT(
        split_statements("SELECT ';' FROM \"a;b\"; SELECT `c;d` -- e;f\n; /* g; */ SELECT 1"),
        ElementsAre("SELECT ';' FROM \"a;b\"", "SELECT `c;d` -- e;f", "/* g; */ SELECT 1"));
}

TEST(SqlScript, what_holds_no_statement_is_left_out) {
    EXPECT_THAT(split_statements(" ; -- only a comment\n;/* another */;\n"), IsEmpty());
    EXPECT_THAT(split_statements(""), IsEmpty());
}

TEST(SqlScript, a_text_or_comment_without_an_end_ends_with_the_script) {
    EXPECT_THAT(split_statements("SELECT 'a; b"), ElementsAre("SELECT 'a; b"));
    EXPECT_THAT(split_statements("SELECT 1 /* ; "), ElementsAre("SELECT 1 /* ;"));
}

TEST(SqlScript, a_quote_within_a_text_is_doubled) {
    EXPECT_THAT(split_statements("SELECT 'it''s; one'; SELECT 2"),
                ElementsAre("SELECT 'it''s; one'", "SELECT 2"));
}

TEST(SqlScript, names_are_replaced_by_the_values_of_arguments) {
    const Arguments values{{"--day", "2026-01-31"}, {"bookmark", "b"}};
    EXPECT_EQ(substitute("'${day}' ${bookmark} $x {day}", values), "'2026-01-31' b $x {day}");
}

TEST(SqlScript, a_value_is_not_read_again) {
    EXPECT_EQ(substitute("${a}", {{"--a", "${b}"}}), "${b}");
}

TEST(SqlScript, a_name_without_a_value_is_refused) {
    const auto made = substitute("SELECT ${b}", {{"--a", "1"}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().message(), "the script names ${b}, and the run has no argument --b");
}

TEST(SqlScript, what_does_not_end_is_text) { EXPECT_EQ(substitute("a ${b", {}), "a ${b"); }

}  // namespace
}  // namespace freshet::jobs
