// Long, deep and doubling statements on a small stack: an answer or an error, never an end of the
// thread, and a plan whose size is linear in how deeply calls are nested.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sql/small_stack.h"
#include "sql/trino/analyzer.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

// of Athena's QueryString; the whole is for an optimised build
constexpr std::size_t statement_bytes = 262'144 / 4;

TableMap tables() {
    TableInfo t;
    t.database = "default";
    t.name = "t";
    t.columns = {{"i", make_type(TypeKind::integer), false},
                 {"s", varchar_type(), false},
                 {"d", make_type(TypeKind::double_), false},
                 {"l", array_type(make_type(TypeKind::integer)), false},
                 {"m", map_type(varchar_type(), make_type(TypeKind::integer)), false},
                 {"ts", timestamp_type(), false}};
    TableMap map{{"default.t", t}};
    for (int i = 0; i < 60; ++i) {
        TableInfo view;
        view.database = "default";
        view.name = "v" + std::to_string(i);
        view.is_view = true;
        view.view_database = "default";
        const std::string below = i == 0 ? "t" : "v" + std::to_string(i - 1);
        view.view_sql = "SELECT a.i, a.s FROM " + below + " a JOIN " + below + " b ON a.i = b.i";
        map["default." + view.name] = view;
    }
    return map;
}

/// The engine's text, or the error.
SyntaxResult<std::string> plan_of(const std::string& sql) {
    static const TableMap map = tables();
    auto statement = parse_statement(sql);
    if (!statement) return pass(statement);
    auto made = analyze(*statement->query, map, Context());
    if (!made) return pass(made);
    return std::move(made->sql);
}

struct Chain {
    const char* name;
    std::string first, more, last;
    std::string problem = {};  ///< part of the error; none when the chain works
};

TEST(Chains, work_or_are_refused_up_to_the_longest_statement) {
    const Chain chains[] = {
        {"or", "SELECT i FROM t WHERE i=1", " OR i=1", ""},
        {"and", "SELECT i FROM t WHERE i=1", " AND i=1", ""},
        {"in", "SELECT i FROM t WHERE i IN (1", ",1", ")"},
        {"concat", "SELECT s", "||s", " FROM t"},
        {"concat call", "SELECT concat(s", ",s", ") FROM t"},
        {"case", "SELECT CASE", " WHEN i=1 THEN 2", " END FROM t"},
        {"case of", "SELECT CASE i", " WHEN 1 THEN 2", " END FROM t"},
        {"coalesce", "SELECT coalesce(i", ",i", ") FROM t"},
        {"union", "SELECT 1", " UNION ALL SELECT 1", "", "more than 2000 parts"},
        {"values", "VALUES 1", ",1", ""},
        {"columns", "SELECT i", ",i", " FROM t", "at most 10000 columns"},
        {"stars", "SELECT *", ",*", " FROM t", "at most 10000 columns"},
        {"plus", "SELECT i", "+i", " FROM t"},
        {"times", "SELECT i", "*i", " FROM t"},
        {"mixed", "SELECT i", "+i-d/2%3", " FROM t"},
        {"decimals", "SELECT i", "+DECIMAL '1'", " FROM t",
         "operators on decimal(38,0) is not supported"},
        {"days", "SELECT ts", "+INTERVAL '1' DAY", " FROM t",
         "operators on timestamp(3) is not supported"},
        {"subscripts", "SELECT l", "[1]", " FROM t", "too deeply nested"},
        {"fields", "SELECT (i)", ".a", " FROM t", "too deeply nested"},
        {"names", "SELECT i", ".a", " FROM t", "not of type ROW"},
        {"is null", "SELECT i", " IS NULL", " FROM t", "too deeply nested"},
        {"not", "SELECT ", "NOT ", "true", "too deeply nested"},
        {"signs", "SELECT ", "- ", "i FROM t", "too deeply nested"},
        {"joins", "SELECT 1 FROM t", " JOIN t ON true", "", "too deeply nested"},
        {"commas", "SELECT 1 FROM t", ",t", "", "too deeply nested"},
        {"cube", "SELECT 1 FROM t GROUP BY CUBE (i", ",i", ")", "grouping sets"},
        {"order by", "SELECT i FROM t ORDER BY i+1", ",i+1", ""},
        {"zones", "SELECT ts", " AT TIME ZONE 'UTC'", " FROM t", "too deeply nested"},
        {"unfinished", "SELECT l", "[1]", "[ FROM t", "mismatched input"},
        {"mixed unions", "SELECT 1", " UNION ALL SELECT 1 EXCEPT SELECT 2", "",
         "too deeply nested"},
    };
    for (const Chain& chain : chains) {
        const std::size_t times = (statement_bytes - 100) / chain.more.size();
        const std::string sql = chain.first + repeated(chain.more, times) + chain.last;
        SCOPED_TRACE(chain.name);
        on_a_small_stack([&] {
            const auto made = plan_of(sql);
            if (chain.problem.empty()) {
                EXPECT_TRUE(made) << chain.name << ": " << made.error().text();
            } else {
                ASSERT_FALSE(made) << chain.name;
                EXPECT_NE(made.error().message.find(chain.problem), std::string::npos)
                    << chain.name << ": " << made.error().text();
            }
        });
    }
}

TEST(Chains, of_with_queries_and_views_do_not_double) {
    std::string sql = "WITH c0 AS (SELECT i FROM t)";
    for (int i = 1; i < 150; ++i) {
        const std::string below = "c" + std::to_string(i - 1);
        sql += ", c" + std::to_string(i) + " AS (SELECT a.i FROM " + below + " a JOIN " + below +
               " b ON a.i = b.i)";
    }
    const auto made = plan_of(sql + " SELECT * FROM c40");
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_LT(made->size(), 1 << 20);
    on_a_small_stack([&] {
        const auto deep = plan_of(sql + " SELECT * FROM c149");
        EXPECT_TRUE(deep || deep.error().message.find("too deeply nested") != std::string::npos)
            << deep.error().text();
    });
    const auto views = plan_of("SELECT * FROM v40");
    ASSERT_TRUE(views) << views.error().text();
    EXPECT_LT(views->size(), 1 << 20);
}

TEST(Chains, nesting_is_told_before_the_stack_ends) {
    const std::pair<std::string, std::string> shapes[] = {{"(", ")"},
                                                          {"abs(", ")"},
                                                          {"CAST(", " AS integer)"},
                                                          {"CASE i WHEN 1 THEN ", " END"},
                                                          {"(SELECT ", ")"},
                                                          {"ARRAY[", "]"},
                                                          {"transform(l, x -> ", ")"},
                                                          {"i IN (1, ", ")"},
                                                          {"EXISTS (SELECT ", ")"},
                                                          {"l[", "]"},
                                                          {"ROW(", ")"},
                                                          {"count(*) FILTER (WHERE ", ")"},
                                                          {"sum(i) OVER (ORDER BY ", ")"}};
    for (const auto& [open, close] : shapes) {
        const std::size_t times = (statement_bytes - 100) / (open.size() + close.size());
        const std::string sql =
            "SELECT " + repeated(open, times) + "i" + repeated(close, times) + " FROM t";
        on_a_small_stack([&] {
            const auto made = plan_of(sql);
            ASSERT_FALSE(made) << open;
            EXPECT_NE(made.error().message.find("too deeply nested"), std::string::npos)
                << open << made.error().text();
        });
    }
    const std::string from = "SELECT * FROM ";
    on_a_small_stack(
        [&] { EXPECT_FALSE(plan_of(repeated(from + "(", 9000) + "t" + repeated(")", 9000))); });
    on_a_small_stack([&] {
        EXPECT_FALSE(plan_of("SELECT CAST(i AS " + repeated("array(", 9000) + "integer" +
                             repeated(")", 9000) + ") FROM t"));
    });
}

/// $ is the expression inside; $x is one that is not.
constexpr std::string_view shapes_naming_twice[] = {
    "greatest($, i)",
    "least($, i)",
    "greatest($, $x)",
    "nullif($, 3)",
    "CASE $ WHEN 1 THEN 2 WHEN 3 THEN 4 WHEN 5 THEN 6 ELSE i END",
    "l[$]",
    "m[CAST($ AS varchar)]",
    "element_at(l, $)",
    "transform(l, x -> x + $)[1]",
    "CAST(date_diff('day', current_timestamp, current_timestamp + interval "
    "'1' day * $) AS integer)",
    "CAST(to_unixtime(date_trunc('month', from_unixtime($))) AS integer)",
    "CAST(to_unixtime(date_add('month', $, now())) AS integer)",
    "CAST(to_unixtime(from_unixtime($) + interval '1' month) AS integer)",
    "cardinality(ARRAY[$] || l || ARRAY[2])",
    "if(contains(l, CAST($ AS integer)), 1, 2)",
    "array_position(l, CAST($ AS integer))",
    "if(any_match(ARRAY[$], x -> x > 1), 1, 2)",
    "if(all_match(ARRAY[$], x -> x > 1), 1, 2)",
    "if(none_match(ARRAY[$], x -> x > 1), 1, 2)",
    "array_max(ARRAY[$])",
    "array_min(ARRAY[$, i])",
    "cardinality(array_distinct(ARRAY[$]))",
    "length(array_join(ARRAY[$], ','))",
    "cardinality(slice(ARRAY[$], 1, 1))",
    "cardinality(sequence(1, $))",
    "cardinality(array_remove(l, CAST($ AS integer)))",
    "if($ BETWEEN 1 AND 7, 1, 2)",
    "if(CAST($ AS double) BETWEEN d AND d, 1, 2)",
    "CAST(ROW($, 1) AS row(a varchar, b bigint))[2]",
    "length(format_datetime(from_unixtime($), 'Y'))",
    "length(date_format(from_unixtime($), '%Y'))",
    "reduce(ARRAY[$], 0, (a, b) -> CAST(a + b AS integer), a -> a)",
    "coalesce($, 1)",
    "reduce(ARRAY[$], 0E0, (a, b) -> a + b, a -> CAST(a AS integer))",
    "length(upper(CAST($ AS varchar)))",
    "cardinality(zip(ARRAY[$], l))",
    "cardinality(zip_with(ARRAY[$], l, (x, y) -> x))",
    "cardinality(map_zip_with(map(ARRAY['k'], ARRAY[$]), m, (k, x, y) -> x))",
    "cardinality(sequence(date_add('day', $, current_date), current_date, interval '1' month))",
    "CAST(random($, 10) AS integer)",
    "array_position(ARRAY[$], 5)",
    "if($ = 1, 2, 3)",
    "CAST(round(CAST($ AS decimal(10,2)), 1) AS integer)",
    "if($ IS DISTINCT FROM 3, 1, 2)",
    "if($ IN (1, 2, 3), 1, 2)",
    "width_bucket(CAST($ AS double), 1, 10, 5)",
    "try($)",
    "CAST(concat(CAST($ AS varchar), '1') AS integer)",
    "CAST(year(from_unixtime($)) AS integer)",
    "CAST(json_extract_scalar(CAST($ AS varchar), '$.a') AS integer)",
    "regexp_count(CAST($ AS varchar), '1')",
    "CAST((SELECT avg(CAST($ AS decimal(10,2))) FROM t) AS integer)",
    "cardinality((SELECT map_agg($, 1) FROM t))",
    "(SELECT max(n) FROM UNNEST(ARRAY[$, 1], map(ARRAY[$x], ARRAY[i])) "
    "WITH ORDINALITY AS u(a, k, v, n))"};
/// `shape` in itself, `depth` times.
std::string nested(std::string_view shape, int depth) {
    std::string text = "i";
    for (int i = 0; i < depth; ++i) {
        std::string next;
        for (std::size_t at = 0; at < shape.size(); ++at) {
            if (shape.compare(at, 2, "$x") == 0) {
                next += "i + 1 + i";
                ++at;
            } else if (shape[at] == '$' && shape.compare(at, 2, "$.") != 0) {
                next += text;
            } else {
                next += shape[at];
            }
        }
        text = next;
    }
    return text;
}

TEST(Chains, the_plan_is_linear_in_the_nesting_of_every_function_that_names_an_operand_twice) {
    for (const std::string_view shape : shapes_naming_twice) {
        std::size_t sizes[3] = {};
        for (int round = 0; round < 3; ++round) {
            const auto made = plan_of("SELECT " + nested(shape, 5 + 5 * round) + " FROM t");
            ASSERT_TRUE(made) << shape << ": " << made.error().text();
            sizes[round] = made->size();
        }
        // Ten levels more cost as much as twice five levels more, within a quarter for the names'
        // digits.
        const std::size_t first = sizes[1] - sizes[0], second = sizes[2] - sizes[1];
        EXPECT_LT(second, first + first / 4 + 64)
            << shape << ": " << sizes[0] << ", " << sizes[1] << ", " << sizes[2];
    }
}

TEST(Chains, two_hundred_levels_of_null_rules_stay_small) {
    for (const std::string_view shape : {"greatest($, i)", "least(i, $)", "nullif($, 3)",
                                         "greatest(least($, 2), nullif($x, 1))"}) {
        const auto made = plan_of("SELECT " + nested(shape, 95) + " FROM t");
        ASSERT_TRUE(made) << shape << ": " << made.error().text();
        EXPECT_LT(made->size(), 95 * 1000U) << shape;
    }
    std::string text = "s";
    for (int i = 0; i < 190; ++i) text = "concat(" + text + ", 'x')";
    const auto made = plan_of("SELECT " + text + " FROM t");
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_LT(made->size(), 190 * 40U);
}

TEST(Chains, a_plan_that_still_grows_is_refused) {
    std::string sql = "SELECT i AS a FROM t ORDER BY a + a";
    for (int i = 0; i < 40; ++i)
        sql = "SELECT (" + sql + " LIMIT 1) + 1 AS a FROM t ORDER BY a + a + a + a";
    const auto made = plan_of(sql);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::query_text_too_large) << made.error().text();
}

TEST(Chains, a_cancelled_analysis_ends) {
    const std::atomic<bool> cancelled = true;
    Context context;
    context.cancelled = &cancelled;
    const auto statement = parse_statement("SELECT 1");
    const auto made = analyze(*statement->query, {}, context);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::user_canceled);
}

}  // namespace
}  // namespace freshet::sql::trino
