// The SQL that reads a Parquet table with its declared columns: by name in each file, missing ones
// NULL, a type that does not fit HIVE_BAD_DATA.
#pragma once
#include <functional>
#include <string>

#include "duck/engine.h"
#include "sql/plan/plan.h"

namespace freshet::duck {

/// The functions that its SQL calls.
void add_parquet_scan(duckdb::DatabaseInstance& database);

/// How a column of a file becomes one of the table: SQL for `sql`, of the file's type; "" when it
/// does not fit.
using ColumnConversion = std::function<std::string(
    const std::string& sql, const duckdb::LogicalType& file, const sql::plan::ScanColumn& column)>;
/// As queries read a table.
ColumnConversion query_conversion();

/// In such SQL: the path of the file that a row is of, for file_named_in().
inline constexpr const char* file_path_column = "freshet_file";

/// A SELECT with columns c0, c1, ...; "" when no file has a byte. Raises HIVE_BAD_DATA for what
/// is not a Parquet file; reading a column that does not fit raises it too.
std::string parquet_select(duckdb::Connection& connection, const sql::plan::QueryPlan& plan,
                           std::size_t scan,
                           const ColumnConversion& conversion = query_conversion());

}  // namespace freshet::duck
