// The rows of a plan as one ORC file, by Arrow's writer (src/orc).
#pragma once
#include <string>

#include "duck/engine.h"
#include "sql/plan/write.h"

namespace freshet::duck {

/// Raises NOT_SUPPORTED for what only plans with Parquet targets can be asked.
void check_orc_target(const sql::plan::WritePlan& plan);

/// Runs `select`, whose columns are those that are written, into the file `path`; without a row no
/// file is left. Raises what went wrong.
sql::plan::WrittenFile write_orc(duckdb::Connection& connection, const std::string& select,
                                 const std::string& path, const sql::plan::WritePlan& plan);

}  // namespace freshet::duck
