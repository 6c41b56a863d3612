// What a Parquet file's column is as a column of the file that is written: the engine's SQL for it,
// which never loses anything, or that it does not fit. Fields of rows get the names of the type.
#pragma once
#include <string>

#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

/// `sql`, a value of the type `file`, as `type`; "" when a value of it may not fit at all. A value
/// that would not come back as it was evaluates `misfit`, which raises.
std::string exactly(const std::string& sql, const duckdb::LogicalType& file,
                    const sql::trino::Type& type, const std::string& misfit, int depth = 0);

/// `sql`, a value of the engine's type for `type` (logical_type()), with the names of its fields.
std::string with_names(const std::string& sql, const sql::trino::Type& type, int depth = 0);

}  // namespace freshet::duck
