#include "query/problem.h"

#include <gtest/gtest.h>

namespace freshet::query {
namespace {

using sql::ErrorCode;

struct Expected {
    ErrorCode code;
    int category, type;
};

TEST(Problem, has_the_numbers_of_athenas_error_reference) {
    using enum ErrorCode;
    for (const auto& [code, category, type] :
         std::initializer_list<Expected>{{syntax_error, 2, 1006},
                                         {column_not_found, 2, 1006},
                                         {type_mismatch, 2, 1006},
                                         {stack_overflow, 2, 1006},
                                         {hive_filesystem_error, 2, 1006},
                                         {table_not_found, 2, 1110},
                                         {schema_not_found, 2, 1004},
                                         {function_not_found, 2, 1303},
                                         {invalid_view, 2, 1107},
                                         {view_is_stale, 2, 1107},
                                         {not_supported, 2, 1200},
                                         {unsupported_statement, 2, 1200},
                                         {hive_unsupported_format, 2, 1200},
                                         {hive_bad_data, 2, 1001},
                                         {division_by_zero, 2, 1001},
                                         {invalid_cast_argument, 2, 1001},
                                         {numeric_value_out_of_range, 2, 1001},
                                         {invalid_function_argument, 2, 1001},
                                         {hive_cursor_error, 2, 1002},
                                         {hive_cannot_open_split, 2, 1007},
                                         {hive_invalid_metadata, 2, 1005},
                                         {hive_partition_schema_mismatch, 2, 1009},
                                         {user_canceled, 2, 1011},
                                         {exceeded_local_memory_limit, 1, 0},
                                         {generic_internal_error, 1, 0},
                                         {worker_gone, 1, 0},
                                         {exceeded_time_limit, 1, 206},
                                         {hive_metastore_error, 1, 1400}}) {
        const Problem problem = problem_of(code, "why");
        EXPECT_EQ(problem.message, std::string(name_of(code)) + ": why");
        EXPECT_EQ(problem.category, category) << name_of(code);
        EXPECT_EQ(problem.type, type) << name_of(code);
        EXPECT_EQ(problem.is_retryable, category == 1) << name_of(code);
    }
}

TEST(Problem, of_a_cancelled_statement) {
    EXPECT_EQ(cancelled_problem().message, "USER_CANCELED: Query was canceled");
    EXPECT_EQ(cancelled_problem().type, 1011);
}

TEST(Problem, of_the_catalog_has_hives_words) {
    const Problem task = ddl_task_problem("Table t is not a partitioned table");
    EXPECT_EQ(task.message,
              "FAILED: Execution Error, return code 1 from "
              "org.apache.hadoop.hive.ql.exec.DDLTask. Table t is not a partitioned table");
    EXPECT_EQ(task.category, 2);
    EXPECT_EQ(task.type, 1003);
    EXPECT_FALSE(task.is_retryable);
    EXPECT_EQ(no_database_problem("lake").message,
              "FAILED: SemanticException [Error 10072]: Database does not exist: lake");
    EXPECT_EQ(no_database_problem("lake").type, 1004);
    EXPECT_EQ(no_table_problem("lake", "t").message,
              "FAILED: SemanticException [Error 10001]: Table not found lake.t");
    EXPECT_EQ(no_table_problem("lake", "t").type, 1110);
}

}  // namespace
}  // namespace freshet::query
