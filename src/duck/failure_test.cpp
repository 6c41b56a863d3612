// The engine's own errors in Trino's words, and codes of raise() on their way through the engine.
#include "duck/failure.h"

#include <gtest/gtest.h>

#include <string>

#include "duck/engine.h"
#include "duck/raise.h"
#include "duck/session.h"

namespace freshet::duck {
namespace {

using sql::ErrorCode;
using sql::plan::Failed;

Failed run(const std::string& sql) {
    Session session("", 512);
    sql::plan::QueryPlan plan;
    plan.sql = sql;
    plan.columns = {sql::trino::varchar_type()};
    const auto done = session.run(plan, [](const std::vector<sql::plan::Cells>&) { return true; });
    return done ? Failed{ErrorCode::generic_internal_error, "it succeeded"} : done.error();
}

void expect(const Failed& failed, ErrorCode code, std::string_view message) {
    EXPECT_EQ(name_of(failed.code), name_of(code)) << failed.message;
    EXPECT_EQ(failed.message, message);
}

sql::plan::QueryPlan plan_with_parquet(std::size_t files) {
    sql::plan::QueryPlan plan;
    plan.scans.emplace_back().format = sql::plan::Format::parquet;
    for (std::size_t i = 0; i < files; ++i)
        plan.scans[0].files.push_back({"s3://lake/" + std::to_string(i), 10, 0, {}});
    return plan;
}

TEST(Failure, the_engines_sentences_are_known) {
    expect(run("SELECT approx_quantile(i, 2.0) FROM range(3) t(i)"),
           ErrorCode::invalid_function_argument, "percentile must be between 0 and 1");
    expect(run("SELECT CAST(CAST(i AS HUGEINT) * 100000000000 AS BIGINT) "
               "FROM range(1000000000, 1000000001) t(i)"),
           ErrorCode::numeric_value_out_of_range, "bigint addition overflow");
    expect(run("SELECT (SELECT i FROM range(3) t(i))"), ErrorCode::subquery_multiple_rows,
           "Scalar sub-query has returned multiple rows");
    std::string deep = "1";
    for (int i = 0; i < 1500; ++i) deep = "abs(" + deep + ")";
    expect(run("SELECT " + deep), ErrorCode::stack_overflow, "statement is too deeply nested");
}

TEST(Failure, the_engines_types_are_known) {
    EXPECT_EQ(run("SELECT i + 9223372036854775807 FROM range(1, 2) t(i)").code,
              ErrorCode::numeric_value_out_of_range);
    EXPECT_EQ(run("SELECT CAST('x' || i AS INTEGER) FROM range(1) t(i)").code,
              ErrorCode::invalid_cast_argument);
    expect(failure_of(duckdb::OutOfMemoryException("too much"), {}),
           ErrorCode::exceeded_local_memory_limit,
           "Query exhausted resources at this scale factor: too much");
    expect(failure_of(duckdb::InterruptException(), {}), ErrorCode::user_canceled,
           "Query was canceled");
    expect(failure_of(duckdb::InvalidInputException("odd"), {}),
           ErrorCode::invalid_function_argument, "odd");
    EXPECT_EQ(run("SELECT no_such_function()").code, ErrorCode::generic_internal_error);
}

TEST(Failure, the_engines_advice_to_its_own_users_is_cut) {
    for (const char* sentence :
         {"It failed. Did you mean \"x\"", "It failed. Use \"SET x\"", "It failed.\nLINE 1: x",
          "It failed. Possible solutions:\n* x", "It failed. Consider x", "It failed. If you x"})
        expect(failure_of(duckdb::InvalidInputException(std::string(sentence)), {}),
               ErrorCode::invalid_function_argument, "It failed.");
}

TEST(Failure, a_parquet_file_that_cannot_be_read_is_named) {
    const auto one = plan_with_parquet(1), two = plan_with_parquet(2);
    for (const char* sentence : {"Invalid Parquet page", "Snappy decompression failure",
                                 "TProtocolException: Invalid data"}) {
        const duckdb::InvalidInputException problem{std::string(sentence)};
        expect(failure_of(problem, one), ErrorCode::hive_cursor_error,
               "Failed to read Parquet file: s3://lake/0");
        expect(failure_of(problem, two), ErrorCode::hive_cursor_error,
               "Failed to read one of 2 Parquet files");
        expect(failure_of(problem, {}), ErrorCode::invalid_function_argument, sentence);
    }
    expect(failure_of(duckdb::InvalidInputException("in object://0/1/data.parquet: bad"), two),
           ErrorCode::hive_cursor_error, "Failed to read Parquet file: s3://lake/1");
    EXPECT_EQ(failure_of(duckdb::IOException("short"), one).code, ErrorCode::hive_cursor_error);
}

TEST(Failure, each_code_that_is_raised_keeps_its_message) {
    for (std::uint64_t number = 0; number < sql::error_codes; ++number) {
        const std::string message = "odd @ SYNTAX_ERROR: {\"a\"} object://0/0/\nsecond line";
        try {
            raise(*sql::error_code(number), message);
        } catch (const std::exception& problem) {
            const Failed failed = failure_of(problem, plan_with_parquet(1));
            EXPECT_EQ(static_cast<std::uint64_t>(failed.code), number);
            EXPECT_EQ(failed.message, message);
        }
    }
}

TEST(Failure, a_raised_code_crosses_the_engines_threads) {
    const char* calls[] = {"SELECT tr_div(i, i - 1) FROM range(100000) t(i)",
                           "SELECT sum(tr_div(i, i - 1)) FROM range(100000) t(i) GROUP BY i % 7",
                           "SELECT i FROM range(100000) t(i) ORDER BY tr_div(i, i - 1)",
                           ("SELECT i FROM range(100000) t(i) WHERE i IN (SELECT tr_div(j, j - 1) "
                            "FROM range(100000) u(j))"),
                           "SELECT tr_div(1::BIGINT, 0::BIGINT)"};
    for (const char* sql : calls) expect(run(sql), ErrorCode::division_by_zero, "Division by zero");
}

TEST(Failure, a_column_that_does_not_fit_fails_only_when_a_row_of_it_is_read) {
    expect(run("SELECT CAST(tr_bad_data('Field a') AS BIGINT) FROM range(3) t(i)"),
           ErrorCode::hive_bad_data, "Field a");
    EXPECT_EQ(
        run("SELECT CAST(tr_bad_data('Field a') AS BIGINT) FROM range(3) t(i) WHERE i > 5").message,
        "it succeeded");
    EXPECT_EQ(run("SELECT CAST(i AS VARCHAR) FROM (SELECT i, tr_bad_data('Field a') AS a FROM "
                  "range(3) t(i))")
                  .message,
              "it succeeded");
}

}  // namespace
}  // namespace freshet::duck
