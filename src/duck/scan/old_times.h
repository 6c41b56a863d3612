// Timestamps before 1970 with a fraction of a second, which Arrow's writer of ORC stores with
// nanoseconds below zero: Trino and Java call such a file malformed.
#pragma once
#include "duck/engine.h"
#include "sql/trino/types.h"

namespace freshet::duck {

/// What a failure says of such a value.
inline constexpr const char* old_fraction_reason =
    "before 1970 with a fraction of a second, which not every reader of ORC files takes";

bool holds_timestamps(const sql::trino::Type& type);
/// Whether the value in `row` is such a timestamp, or holds one. `values` is flat, of the type.
bool has_old_fraction(const sql::trino::Type& type, duckdb::Vector& values, duckdb::idx_t row);

}  // namespace freshet::duck
