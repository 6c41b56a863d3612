// Parquet files as the source of a plan that writes: all of their columns, with the plan's types,
// or an error that names the file that has something which would be lost.
#pragma once
#include <cstdint>
#include <string>

#include "duck/engine.h"
#include "duck/write/kept_metadata.h"
#include "sql/plan/plan.h"

namespace freshet::duck {

struct ParquetSource {
    std::string select;  ///< columns c0, c1, ...; "" when no file has a byte
    std::uint64_t rows = 0;
    KeptMetadata metadata;
};

/// Of the only scan of `plan`.
ParquetSource parquet_source(duckdb::Connection& connection, const sql::plan::QueryPlan& plan);

/// The file of the scan that cannot be read to its end by itself; nullptr when all can. Reads them.
const sql::plan::File* unreadable_file(duckdb::Connection& connection,
                                       const sql::plan::QueryPlan& plan);

}  // namespace freshet::duck
