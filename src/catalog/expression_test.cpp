#include "catalog/expression.h"

#include <gtest/gtest.h>

namespace freshet::catalog {
namespace {

const std::vector<Column> keys{{"year", "string", "", {}}, {"n", "bigint", "", {}}};

bool matches(std::string_view text, const std::string& year, const std::string& n = "5") {
    const auto expression = Expression::parse(text, keys);
    EXPECT_TRUE(expression) << expression.error().message();
    return expression && expression->matches({year, n});
}

TEST(Expression, operators_mean_what_they_say) {
    EXPECT_TRUE(matches("", "2026"));
    EXPECT_TRUE(matches("year='2026'", "2026"));
    EXPECT_TRUE(matches("YEAR = 2026", "2026"));
    EXPECT_FALSE(matches("year > '2016' AND year < '2018'", "2018"));
    EXPECT_TRUE(matches("year BETWEEN 2015 AND 2018 and n <> 4", "2018"));
    EXPECT_TRUE(matches("year IN ('2015', 2016)", "2016"));
    EXPECT_TRUE(matches("year NOT IN ('2015') AND NOT (n = 4 OR n = 6)", "2016"));
    EXPECT_TRUE(matches("year LIKE '%1_' AND \"n\" >= 5", "2016"));
    EXPECT_FALSE(matches("year NOT LIKE '2%'", "2016"));
    EXPECT_TRUE(matches("year = 'it''s'", "it's"));
    EXPECT_TRUE(matches("year is null", "__HIVE_DEFAULT_PARTITION__"));
    EXPECT_TRUE(matches("year is not null", "2016"));
}

TEST(Expression, numbers_compare_as_numbers_and_texts_as_texts) {
    EXPECT_TRUE(matches("n > 9", "x", "10"));
    EXPECT_TRUE(matches("n = 007", "x", "7"));
    EXPECT_FALSE(matches("year > '9'", "10"));
}

const std::vector<Column> typed{{"i", "int", "", {}},
                                {"d", "date", "", {}},
                                {"t", "timestamp", "", {}},
                                {"p", "decimal(10,2)", "", {}},
                                {"a", "array<int>", "", {}}};

TEST(Expression, keys_compare_as_their_type_says) {
    const auto is = [](std::string_view text, const std::string& time = "2022-02-01 00:00:00.000",
                       const std::string& number = "7") {
        const auto expression = Expression::parse(text, typed);
        EXPECT_TRUE(expression) << text << ": " << expression.error().message();
        return expression && expression->matches({number, "2022-02-01", time, "1.50", "x"});
    };
    EXPECT_TRUE(is("t = '2022-02-01 00:00:00'"));
    EXPECT_TRUE(is("t < '2022-02-01 00:00:00.000000001'"));
    EXPECT_TRUE(is("t between '2022-01-31 23:59:59.9' and '2022-02-01 00:00:00'"));
    EXPECT_TRUE(is("d = '2022-02-01' and d in ('2022-02-02', '2022-02-01')"));
    EXPECT_TRUE(is("p = 1.5 and p = '1.500'"));
    EXPECT_TRUE(is("i = '07' and i <> 8"));
    // A text that is not a value of its key is unknown: neither equal nor different, also after
    // NOT.
    for (const char* text :
         {"i = 7", "i <> 7", "not i = 7", "i not in (7)", "not (i = 7 and p = 1.5)"})
        EXPECT_FALSE(is(text, "x", "__HIVE_DEFAULT_PARTITION__")) << text;
    EXPECT_TRUE(is("i is null or i = 7", "x", "__HIVE_DEFAULT_PARTITION__"));
}

TEST(Expression, values_must_be_of_the_type_of_their_key) {
    for (const char* bad : {"i = 'test'", "i = 1.5", "i = '__HIVE_D'", "d = '2022-02-32'",
                            "d = '2022-02'", "d = 20220201", "t = '2022-02-01'",
                            "t = '2022-02-01 25:00:00'", "t = '2022-02-01 00:00:00.'", "p = 'x'",
                            "i in (1, 'x')", "d between '2022-02-01' and 'x'", "i like '1%'",
                            "d like '2022%'", "t like '2%'", "a = 1"})
        EXPECT_FALSE(Expression::parse(bad, typed)) << bad;
}

TEST(Expression, what_is_wrong_is_told_with_its_place) {
    for (const char* bad :
         {"year", "year =", "month = 1", "year = 'open", "(year = 1", "year = 1)", "year in ()",
          "year between 1", "year not 1", "= 1", "year = 1 n = 2"}) {
        const auto expression = Expression::parse(bad, keys);
        ASSERT_FALSE(expression) << bad;
        EXPECT_NE(expression.error().message().find("character"), std::string::npos)
            << expression.error().message();
    }
    EXPECT_FALSE(Expression::parse(std::string(10'000, '('), keys));
    EXPECT_FALSE(Expression::parse(
        [] {
            std::string nots;
            for (int i = 0; i < 10'000; ++i) nots += "not ";
            return nots;
        }(),
        keys));
}

}  // namespace
}  // namespace freshet::catalog
