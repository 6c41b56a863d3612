// The table function freshet_text(N): scan N of the session's plan, line by line, in the order of
// the files. Ranges of large files are read side by side.
#pragma once
#include <atomic>
#include <cstdint>
#include <map>

#include "duck/engine.h"
#include "sql/plan/write.h"

namespace freshet::duck {

class Rejects;

/// What the running query scans: the plan is set before the query and must outlive it. Read by the
/// engine's threads.
struct ScanState {
    const sql::plan::QueryPlan* plan = nullptr;
    std::atomic<std::uint64_t> scanned_bytes = 0;
    /// Of a plan that writes files: rows with a misfit go there. Otherwise null.
    Rejects* rejects = nullptr;
    const std::map<std::string, sql::plan::TextForm>* forms = nullptr;  ///< of such a plan
    /// Of such a plan: a timestamp before 1970 with a fraction of a second is a misfit.
    bool refuses_old_fractions = false;
    std::atomic<std::uint64_t> rows = 0;  ///< of text, read well
};

void add_text_scan(duckdb::DatabaseInstance& database, ScanState& state);

/// The value of a partition key from its text; NULL when it is not a value of the type.
duckdb::Value partition_value(const sql::trino::Type& type, const std::optional<std::string>& text);

}  // namespace freshet::duck
