// The SQL that reads a Parquet table with its declared columns: by name in each file, missing ones
// NULL, a type that does not fit HIVE_BAD_DATA.
#pragma once
#include <string>

#include "duck/engine.h"
#include "sql/plan/plan.h"

namespace freshet::duck {

/// The functions that its SQL calls.
void add_parquet_scan(duckdb::DatabaseInstance& database);

/// A SELECT with columns c0, c1, ...; "" when no file has a byte. Raises HIVE_BAD_DATA for what
/// is not a Parquet file; reading a column that does not fit raises it too.
std::string parquet_select(duckdb::Connection& connection, const sql::plan::QueryPlan& plan,
                           std::size_t scan);

}  // namespace freshet::duck
