// Long and deep statements on a small stack: an answer or an error, never an end of the thread.
#include <gtest/gtest.h>

#include "sql/small_stack.h"
#include "sql/streaming/typed.h"

namespace freshet::sql::streaming {
namespace {

constexpr std::size_t code_bytes_max = 102'400;  ///< of ApplicationCode

/// "" when the code holds.
std::string problem_of(const std::string& expression, bool is_condition) {
    std::string code = "CREATE STREAM D (A INTEGER); CREATE PUMP P AS INSERT INTO D SELECT STREAM ";
    code += is_condition ? "A FROM S WHERE " + expression : expression + " FROM S";
    const auto script = parse_script(code + ";");
    if (!script) return script.error().message;
    const Stream input{"S",
                       {{"A", {record::Kind::integer, 0, 0}, false, ""},
                        {"T", {record::Kind::varchar, 8, 0}, false, ""}},
                       true};
    const auto plan = plan_script(*script, {input});
    return plan ? "" : plan.error().message;
}

struct Shape {
    const char* name;
    std::string first, more, last;
    bool is_condition;
};

TEST(Chains, an_operator_may_follow_as_often_as_the_code_is_long) {
    const Shape shapes[] = {
        {"plus", "A", "+A", "", false},
        {"minus", "A", "-A", "", false},
        {"times", "A", "*A", "", false},
        {"or", "A=1", " OR A=1", "", true},
        {"and", "A=1", " AND A=1", "", true},
        {"in", "A IN (1", ",1", ")", true},
        {"concat", "CHAR_LENGTH(T", "||T", ")", true},
        {"case", "CASE", " WHEN A=1 THEN A", " END", false},
        {"case of", "CASE A", " WHEN 1 THEN A", " END", false},
        {"coalesce", "COALESCE(A", ",A", ")", false},
        {"not", "", "NOT ", "A=1", true},
        {"signs", "", "- ", "A", false},
    };
    for (const Shape& shape : shapes) {
        const std::size_t times = (code_bytes_max - 300) / shape.more.size();
        std::string text = shape.first + repeated(shape.more, times) + shape.last;
        if (std::string_view(shape.name) == "concat") text += " > 0";
        on_a_small_stack(
            [&] { EXPECT_EQ(problem_of(text, shape.is_condition), "") << shape.name; });
    }
}

TEST(Chains, what_nests_too_deeply_is_told) {
    const Shape shapes[] = {
        {"parentheses", "(", "A", ")", false},
        {"calls", "ABS(", "A", ")", false},
        {"casts", "CAST(", "A", " AS INTEGER)", false},
        {"cases", "CASE A WHEN 1 THEN ", "A", " END", false},
        {"lists", "A IN (1, ", "A", ")", true},
        {"between", "(A BETWEEN 1 AND ", "A", ")", true},
    };
    for (const Shape& shape : shapes) {
        const std::size_t times = (code_bytes_max - 300) / (shape.first + shape.last).size();
        const std::string text =
            repeated(shape.first, times) + shape.more + repeated(shape.last, times);
        on_a_small_stack([&] {
            EXPECT_EQ(problem_of(text, shape.is_condition), "the expression is nested too deeply")
                << shape.name;
        });
    }
    on_a_small_stack([] {
        const auto script =
            parse_script("CREATE PUMP P AS INSERT INTO D " + repeated("SELECT * FROM (", 5000));
        ASSERT_FALSE(script);
        EXPECT_EQ(script.error().message, "the query is nested too deeply");
    });
}

TEST(Chains, an_operand_is_bound_once) {
    // Each level would double, or worse, if an operand were written out at each use.
    const auto nested = [](const std::string& before, const std::string& behind) {
        std::string text = "A";
        for (int i = 0; i < 30; ++i) text = before + text + behind;
        return text;
    };
    EXPECT_EQ(problem_of(nested("CASE ", " WHEN 1 THEN 2 WHEN 3 THEN 4 WHEN 5 THEN 6 END"), false),
              "");
    EXPECT_EQ(problem_of(nested("CASE WHEN (", ") BETWEEN 1 AND 3 THEN 1 ELSE 2 END"), false), "");
    EXPECT_EQ(problem_of(nested("CASE WHEN (", ") IN (1, 2, 3, 4) THEN 1 ELSE 2 END"), false), "");
}

}  // namespace
}  // namespace freshet::sql::streaming
