// The engine's view of objects for formats that seek (Parquet): "object://SCAN/FILE/..." reads file FILE of
// scan SCAN of the running plan. No other path exists for it.
#pragma once
#include "duck/engine.h"
#include "duck/text_scan.h"

namespace freshet::duck {

void add_object_files(duckdb::DatabaseInstance& database, ScanState& state);

/// The path of a file, its partition values in it as "p0=...".
std::string object_path(const sql::plan::QueryPlan& plan, std::size_t scan, std::size_t file);

}  // namespace freshet::duck
