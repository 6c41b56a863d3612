// Which narrower types the texts of a scan have.
#pragma once
#include "duck/engine.h"
#include "duck/scan/text_scan.h"
#include "sql/plan/write.h"

namespace freshet::duck {

/// `scan` is of the same plan: its `plan` holds `plan.source` as the only scan. Raises what went
/// wrong.
sql::plan::Looked look_at(duckdb::Connection& connection, ScanState& scan,
                          const sql::plan::LookPlan& plan);

}  // namespace freshet::duck
