// The table function freshet_text(N): scan N of the session's plan, line by line, in the order of
// the files.
#pragma once
#include <atomic>
#include <cstdint>

#include "duck/engine.h"
#include "sql/plan/plan.h"

namespace freshet::duck {

/// What the running query scans: the plan is set before the query and must outlive it. Read by the
/// engine's threads.
struct ScanState {
    const sql::plan::QueryPlan* plan = nullptr;
    std::atomic<std::uint64_t> scanned_bytes = 0;
};

void add_text_scan(duckdb::DatabaseInstance& database, ScanState& state);

/// The value of a partition key from its text; NULL when it is not a value of the type.
duckdb::Value partition_value(const sql::trino::Type& type, const std::optional<std::string>& text);

}  // namespace freshet::duck
