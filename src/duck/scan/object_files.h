// The engine's view of objects for formats that seek (Parquet): "object://SCAN/FILE/..." reads file
// FILE of scan SCAN of the running plan. No other path exists for it.
#pragma once
#include <string_view>

#include "duck/engine.h"
#include "duck/scan/text_scan.h"

namespace freshet::duck {

void add_object_files(duckdb::DatabaseInstance& database, ScanState& state);

/// What the path calls a partition key: no column of a file has such a name.
std::string partition_name(std::size_t key);
/// The path of a file, its partition values in it as "freshet_partition_0=...".
std::string object_path(const sql::plan::QueryPlan& plan, std::size_t scan, std::size_t file);

/// The file whose path is in a message of the engine; nullptr when none is.
const sql::plan::File* file_named_in(std::string_view message, const sql::plan::QueryPlan& plan);

}  // namespace freshet::duck
