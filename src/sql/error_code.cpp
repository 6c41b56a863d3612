#include "sql/error_code.h"

#include <algorithm>
#include <array>

namespace freshet::sql {
namespace {

struct Row {
    ErrorCode code;
    std::string_view name;
};

/// By number.
constexpr std::array rows{
    Row{ErrorCode::syntax_error, "SYNTAX_ERROR"},
    Row{ErrorCode::already_exists, "ALREADY_EXISTS"},
    Row{ErrorCode::ambiguous_name, "AMBIGUOUS_NAME"},
    Row{ErrorCode::column_not_found, "COLUMN_NOT_FOUND"},
    Row{ErrorCode::duplicate_column_name, "DUPLICATE_COLUMN_NAME"},
    Row{ErrorCode::function_not_found, "FUNCTION_NOT_FOUND"},
    Row{ErrorCode::invalid_column_reference, "INVALID_COLUMN_REFERENCE"},
    Row{ErrorCode::invalid_view, "INVALID_VIEW"},
    Row{ErrorCode::invalid_window_reference, "INVALID_WINDOW_REFERENCE"},
    Row{ErrorCode::mismatched_column_aliases, "MISMATCHED_COLUMN_ALIASES"},
    Row{ErrorCode::schema_not_found, "SCHEMA_NOT_FOUND"},
    Row{ErrorCode::table_not_found, "TABLE_NOT_FOUND"},
    Row{ErrorCode::type_mismatch, "TYPE_MISMATCH"},
    Row{ErrorCode::type_not_found, "TYPE_NOT_FOUND"},
    Row{ErrorCode::view_is_stale, "VIEW_IS_STALE"},
    Row{ErrorCode::expression_not_aggregate, "EXPRESSION_NOT_AGGREGATE"},
    Row{ErrorCode::expression_not_in_distinct, "EXPRESSION_NOT_IN_DISTINCT"},
    Row{ErrorCode::expression_not_scalar, "EXPRESSION_NOT_SCALAR"},
    Row{ErrorCode::function_not_aggregate, "FUNCTION_NOT_AGGREGATE"},
    Row{ErrorCode::function_not_window, "FUNCTION_NOT_WINDOW"},
    Row{ErrorCode::invalid_literal, "INVALID_LITERAL"},
    Row{ErrorCode::invalid_parameter_usage, "INVALID_PARAMETER_USAGE"},
    Row{ErrorCode::missing_over, "MISSING_OVER"},
    Row{ErrorCode::nested_aggregation, "NESTED_AGGREGATION"},
    Row{ErrorCode::not_supported, "NOT_SUPPORTED"},
    Row{ErrorCode::null_treatment_not_allowed, "NULL_TREATMENT_NOT_ALLOWED"},
    Row{ErrorCode::too_many_grouping_sets, "TOO_MANY_GROUPING_SETS"},
    Row{ErrorCode::division_by_zero, "DIVISION_BY_ZERO"},
    Row{ErrorCode::invalid_cast_argument, "INVALID_CAST_ARGUMENT"},
    Row{ErrorCode::invalid_function_argument, "INVALID_FUNCTION_ARGUMENT"},
    Row{ErrorCode::numeric_value_out_of_range, "NUMERIC_VALUE_OUT_OF_RANGE"},
    Row{ErrorCode::subquery_multiple_rows, "SUBQUERY_MULTIPLE_ROWS"},
    Row{ErrorCode::exceeded_local_memory_limit, "EXCEEDED_LOCAL_MEMORY_LIMIT"},
    Row{ErrorCode::exceeded_time_limit, "EXCEEDED_TIME_LIMIT"},
    Row{ErrorCode::query_text_too_large, "QUERY_TEXT_TOO_LARGE"},
    Row{ErrorCode::query_too_complex, "QUERY_TOO_COMPLEX"},
    Row{ErrorCode::stack_overflow, "STACK_OVERFLOW"},
    Row{ErrorCode::user_canceled, "USER_CANCELED"},
    Row{ErrorCode::hive_bad_data, "HIVE_BAD_DATA"},
    Row{ErrorCode::hive_cannot_open_split, "HIVE_CANNOT_OPEN_SPLIT"},
    Row{ErrorCode::hive_cursor_error, "HIVE_CURSOR_ERROR"},
    Row{ErrorCode::hive_filesystem_error, "HIVE_FILESYSTEM_ERROR"},
    Row{ErrorCode::hive_invalid_metadata, "HIVE_INVALID_METADATA"},
    Row{ErrorCode::hive_metastore_error, "HIVE_METASTORE_ERROR"},
    Row{ErrorCode::hive_partition_schema_mismatch, "HIVE_PARTITION_SCHEMA_MISMATCH"},
    Row{ErrorCode::hive_unsupported_format, "HIVE_UNSUPPORTED_FORMAT"},
    Row{ErrorCode::generic_internal_error, "GENERIC_INTERNAL_ERROR"},
    Row{ErrorCode::unsupported_statement, "NOT_SUPPORTED"},
    Row{ErrorCode::worker_gone, "GENERIC_INTERNAL_ERROR"}};

static_assert(rows.size() == error_codes);
static_assert(std::ranges::is_sorted(rows, {}, &Row::code));

}  // namespace

std::string_view name_of(ErrorCode code) { return rows[static_cast<std::size_t>(code)].name; }

std::optional<ErrorCode> error_code(std::uint64_t number) {
    if (number >= error_codes) return std::nullopt;
    return rows[static_cast<std::size_t>(number)].code;
}

}  // namespace freshet::sql
