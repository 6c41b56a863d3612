// What a Parquet file's column is as a table's type: the engine's SQL for it, or that it does not
// fit.
#pragma once
#include <string>

#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

/// `sql`, a value of the file's type, as the declared type; "" when Athena would refuse. Names of
/// fields are matched without their case; a field that the file lacks is NULL.
std::string converted(const std::string& sql, const duckdb::LogicalType& file,
                      const sql::trino::Type& type, int depth = 0);

/// The file's type as Parquet calls it, for messages: "BINARY", "INT64".
std::string parquet_name(const duckdb::LogicalType& file);

}  // namespace freshet::duck
