// Why a statement fails: the codes of Trino that Athena's clients read. The analyser, the query
// worker and the query service share them; between the processes a code travels as its number.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace freshet::sql {

enum class ErrorCode : std::uint8_t {
    syntax_error,
    // names and types
    already_exists,
    ambiguous_name,
    column_not_found,
    duplicate_column_name,
    function_not_found,
    invalid_column_reference,
    invalid_view,
    invalid_window_reference,
    mismatched_column_aliases,
    schema_not_found,
    table_not_found,
    type_mismatch,
    type_not_found,
    view_is_stale,
    // what a clause may hold
    expression_not_aggregate,
    expression_not_in_distinct,
    expression_not_scalar,
    function_not_aggregate,
    function_not_window,
    invalid_literal,
    invalid_parameter_usage,
    missing_over,
    nested_aggregation,
    not_supported,
    null_treatment_not_allowed,
    too_many_grouping_sets,
    // values
    division_by_zero,
    invalid_cast_argument,
    invalid_function_argument,
    numeric_value_out_of_range,
    subquery_multiple_rows,
    // limits
    exceeded_local_memory_limit,
    exceeded_time_limit,
    query_text_too_large,
    query_too_complex,
    stack_overflow,
    user_canceled,
    // tables and their files
    hive_bad_data,
    hive_cannot_open_split,
    hive_cursor_error,
    hive_filesystem_error,
    hive_invalid_metadata,
    hive_metastore_error,
    hive_partition_schema_mismatch,
    hive_unsupported_format,
    // the engine
    generic_internal_error,
    // These two share a name with another code, for callers that treat them differently.
    unsupported_statement,  ///< NOT_SUPPORTED: a statement of a kind that Athena does not run
    worker_gone,  ///< GENERIC_INTERNAL_ERROR: the worker had ended before it took the plan
};

inline constexpr std::uint64_t error_codes = static_cast<std::uint64_t>(ErrorCode::worker_gone) + 1;

/// Trino's name: "COLUMN_NOT_FOUND".
std::string_view name_of(ErrorCode code);
/// nullopt: no code has this number.
std::optional<ErrorCode> error_code(std::uint64_t number);

}  // namespace freshet::sql
