#include "query/problem.h"

#include <fmt/format.h>

namespace freshet::query {
namespace {

constexpr int of_system = 1;
constexpr int of_user = 2;

struct Numbers {
    int category;
    int type;
};

Numbers numbers_of(sql::ErrorCode code) {
    using enum sql::ErrorCode;
    switch (code) {
        case table_not_found:
            return {of_user, 1110};
        case schema_not_found:
            return {of_user, 1004};
        case function_not_found:
            return {of_user, 1303};
        case invalid_view:
        case view_is_stale:
            return {of_user, 1107};
        case not_supported:
        case unsupported_statement:
        case hive_unsupported_format:
            return {of_user, 1200};
        case hive_bad_data:
        case division_by_zero:
        case invalid_cast_argument:
        case numeric_value_out_of_range:
        case invalid_function_argument:
            return {of_user, 1001};
        case hive_cursor_error:
            return {of_user, 1002};
        case hive_cannot_open_split:
            return {of_user, 1007};
        case hive_invalid_metadata:
            return {of_user, 1005};
        case hive_partition_schema_mismatch:
            return {of_user, 1009};
        case user_canceled:
            return {of_user, 1011};
        case exceeded_local_memory_limit:
        case generic_internal_error:
        case worker_gone:
            return {of_system, 0};
        case exceeded_time_limit:
            return {of_system, 206};
        case hive_metastore_error:
            return {of_system, 1400};
        case syntax_error:
        case already_exists:
        case ambiguous_name:
        case column_not_found:
        case duplicate_column_name:
        case invalid_column_reference:
        case invalid_window_reference:
        case mismatched_column_aliases:
        case type_mismatch:
        case type_not_found:
        case expression_not_aggregate:
        case expression_not_in_distinct:
        case expression_not_scalar:
        case function_not_aggregate:
        case function_not_window:
        case missing_over:
        case invalid_literal:
        case invalid_parameter_usage:
        case nested_aggregation:
        case null_treatment_not_allowed:
        case too_many_grouping_sets:
        case subquery_multiple_rows:
        case query_text_too_large:
        case query_too_complex:
        case stack_overflow:
        case hive_filesystem_error:
            break;
    }
    return {of_user, 1006};
}

}  // namespace

Problem problem_of(sql::ErrorCode code, std::string_view message) {
    const auto [category, type] = numbers_of(code);
    return Problem{fmt::format("{}: {}", name_of(code), message), category, type,
                   category == of_system};
}

Problem cancelled_problem() {
    return problem_of(sql::ErrorCode::user_canceled, "Query was canceled");
}

Problem hive_problem(std::string message, int type) {
    return Problem{std::move(message), of_user, type, false};
}

Problem ddl_task_problem(std::string_view why) {
    return hive_problem(fmt::format(
        "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. {}",
        why));
}

Problem no_database_problem(std::string_view name) {
    return hive_problem(
        fmt::format("FAILED: SemanticException [Error 10072]: Database does not exist: {}", name),
        hive_no_database);
}

Problem no_table_problem(std::string_view database, std::string_view name) {
    return hive_problem(
        fmt::format("FAILED: SemanticException [Error 10001]: Table not found {}.{}", database,
                    name),
        hive_no_table);
}

}  // namespace freshet::query
