// Runs a plan that writes Parquet files: the rows of a scan, whole or not at all.
#pragma once
#include "duck/engine.h"
#include "duck/scan/text_scan.h"
#include "sql/plan/write.h"

namespace freshet::duck {

/// `scan` is of the same plan: its `plan` holds `plan.source` as the only scan. Raises what went
/// wrong; then no file is left.
sql::plan::Written write_files(duckdb::Connection& connection, ScanState& scan,
                               const sql::plan::WritePlan& plan);

}  // namespace freshet::duck
