// Every function that `freshet functions` lists, over arguments of every type: it has an answer, or
// an error in Trino's words about the arguments. What the engine alone says (no such overload, no
// such cast) is a hole between the two.
#include <gtest/gtest.h>

#include <set>

#include "duck/session.h"
#include "sql/trino/analyzer.h"
#include "sql/trino/functions/registry.h"
#include "sql/trino/parse/parser.h"

namespace freshet::duck {
namespace {

namespace trino = sql::trino;
namespace plan = sql::plan;

const std::vector<std::string>& arguments() {
    static const std::vector<std::string> all{"NULL",
                                              "b",
                                              "t",
                                              "i",
                                              "l",
                                              "r",
                                              "d",
                                              "de",
                                              "de38",
                                              "s",
                                              "'a'",
                                              "x",
                                              "da",
                                              "ti",
                                              "ts",
                                              "tz",
                                              "interval '1' day",
                                              "j",
                                              "ai",
                                              "as_",
                                              "m",
                                              "ro",
                                              "-1"};
    return all;
}

/// Rows with a value and a NULL in every column.
std::string from_rows() {
    return " FROM (SELECT b, t, sm, i, l, r, d, de, de38, s, x, da, ti, ts, tz, j, ai, as_, ad, m, "
           "ro FROM (VALUES "
           "(true, TINYINT '1', SMALLINT '2', 3, BIGINT '4', REAL '1.5', 2.5E0, DECIMAL '1.25', "
           "DECIMAL '12345678901234567890.123', 'abc', X'00ff', DATE '2020-02-03', TIME "
           "'01:02:03', "
           "TIMESTAMP '2020-02-03 04:05:06.789', TIMESTAMP '2020-02-03 04:05:06.789 "
           "Europe/Berlin', JSON '{\"a\":[1]}', ARRAY[1, 2, NULL], ARRAY['a', 'b'], ARRAY[1.5E0], "
           "map(ARRAY['k'], ARRAY[1]), "
           "CAST(ROW(1, 'a') AS row(f integer, g varchar))), "
           "(CAST(NULL AS boolean), CAST(NULL AS tinyint), CAST(NULL AS smallint), CAST(NULL AS "
           "integer), CAST(NULL AS bigint), CAST(NULL AS real), CAST(NULL AS double), CAST(NULL AS "
           "decimal(3,2)), "
           "CAST(NULL AS decimal(23,3)), CAST(NULL AS varchar), CAST(NULL AS varbinary), CAST(NULL "
           "AS date), CAST(NULL AS time), CAST(NULL AS timestamp), CAST(NULL AS timestamp with "
           "time zone), "
           "CAST(NULL AS json), CAST(NULL AS array(integer)), CAST(NULL AS array(varchar)), "
           "CAST(NULL AS array(double)), CAST(NULL AS map(varchar, integer)), "
           "CAST(NULL AS row(f integer, g varchar)))) AS v(b, t, sm, i, l, r, d, de, de38, s, x, "
           "da, ti, ts, tz, j, ai, as_, ad, m, ro)) AS w";
}

class Functions : public testing::Test {
  protected:
    Functions() : session_("", 512) {}

    /// "" for an answer and for an error about the arguments.
    std::string problem(const std::string& expression) {
        // Most combinations are not valid: a short statement over a table of the same columns shows
        // that quickly.
        trino::Context context;
        context.now_ms = 1'600'000'000'123;
        const auto short_one = trino::parse_statement("SELECT " + expression + " FROM w");
        if (!short_one || !trino::analyze(*short_one->query, table(), context)) return "";
        const auto statement = trino::parse_statement("SELECT " + expression + from_rows());
        const auto analyzed = trino::analyze(*statement->query, {}, context);
        if (!analyzed) return analyzed.error().text();
        ++runs_;
        plan::QueryPlan query;
        query.sql = analyzed->sql;
        for (const auto& column : analyzed->columns) query.columns.push_back(column.type);
        const auto done = session_.run(query, [](std::vector<plan::Cells>) { return true; });
        if (done || done.error().code != sql::ErrorCode::generic_internal_error) return "";
        return done.error().message + "\n   " + analyzed->sql;
    }

    static const trino::TableMap& table() {
        static const trino::TableMap map = [] {
            const auto statement = trino::parse_statement("SELECT *" + from_rows());
            const auto analyzed = trino::analyze(*statement->query, {}, trino::Context());
            trino::TableInfo w;
            w.database = "default";
            w.name = "w";
            for (const auto& column : analyzed->columns)
                w.columns.push_back({column.name, column.type, false});
            return trino::TableMap{{"default.w", w}};
        }();
        return map;
    }

    void check(const std::string& expression) {
        const std::string found = problem(expression);
        if (found.empty() || failures_ > 40) return;
        ++failures_;
        ADD_FAILURE() << expression << ": " << found.substr(0, 600);
    }

    Session session_;
    int runs_ = 0, failures_ = 0;
};

std::set<std::string> names_of_all() {
    std::set<std::string> names{"cast", "try_cast"};
    for (const auto& entry : trino::functions()) names.emplace(entry.row->name);
    return names;
}

TEST_F(Functions, of_the_list_take_arguments_of_every_type) {
    const auto names = names_of_all();
    EXPECT_GT(names.size(), 250U);
    for (const auto& name : names) {
        const auto rows = trino::functions_named(name);
        const bool is_window = !rows.empty() && rows[0].kind == trino::FunctionKind::window;
        const std::string over = is_window ? " OVER (ORDER BY i)" : "";
        check(name + "()" + over);
        for (const auto& first : arguments()) {
            check(name + "(" + first + ")" + over);
            for (const std::string& second : {"NULL", "i", "s", "'a'", "d", "ts", "ai"}) {
                check(name + "(" + first + ", " + second + ")" + over);
                for (const char* third : {"i", "'a'"})
                    check(name + "(" + first + ", " + second + ", " + third + ")" + over);
            }
        }
    }
    EXPECT_GT(runs_, 1000);
}

/// The text of a statement's one value.
std::string value_of(Session& session, const std::string& sql) {
    const auto statement = trino::parse_statement(sql);
    if (!statement) return statement.error().text();
    trino::Context context;
    context.now_ms = 1'600'000'000'123;
    const auto analyzed = trino::analyze(*statement->query, {}, context);
    if (!analyzed) return analyzed.error().text();
    plan::QueryPlan query;
    query.sql = analyzed->sql;
    for (const auto& column : analyzed->columns) query.columns.push_back(column.type);
    std::string text;
    const auto done = session.run(query, [&](std::vector<plan::Cells> rows) {
        for (const auto& row : rows) text += row[0].value_or("NULL");
        return true;
    });
    return done ? text : done.error().message + "\n   " + analyzed->sql;
}

TEST(FunctionRows, each_example_gives_what_its_row_says) {
    Session session("", 512);
    for (const auto& entry : trino::functions()) {
        if (entry.row->example.empty()) continue;
        const std::string sql = "SELECT " + std::string(entry.row->example);
        EXPECT_EQ(value_of(session, sql), entry.row->gives) << sql;
    }
}

}  // namespace
}  // namespace freshet::duck
