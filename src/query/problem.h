// Why an execution fails, with the numbers of Athena's error reference: from Trino's code, and in
// Hive's words for statements on the catalog.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "query/types.h"
#include "sql/error_code.h"

namespace freshet::query {

template <class T>
using Outcome = std::expected<T, Problem>;

/// "COLUMN_NOT_FOUND: " and the message.
Problem problem_of(sql::ErrorCode code, std::string_view message);

/// Of a statement that its user cancelled.
Problem cancelled_problem();

/// Hive's types of problems, as Athena numbers them.
inline constexpr int hive_failed = 1003;
inline constexpr int hive_no_database = 1004;
inline constexpr int hive_no_table = 1110;

Problem hive_problem(std::string message, int type = hive_failed);
/// "FAILED: Execution Error, return code 1 from ...DDLTask. " and why.
Problem ddl_task_problem(std::string_view why);
Problem no_database_problem(std::string_view name);
Problem no_table_problem(std::string_view database, std::string_view name);

}  // namespace freshet::query
