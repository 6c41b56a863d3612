// Lines to cells, by the SerDe of the table. One reader a thread.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "duck/engine.h"
#include "sql/plan/plan.h"

namespace freshet::duck {

/// Keeps no state between lines. One thread; the plan of its target outlives it.
class RowReader {
  public:
    virtual ~RowReader() = default;
    /// Puts the line's values into `row` of `out`; `columns[i]` is the scan's column of
    /// out.data[i], or npos where the caller fills in. False when the line gives no row.
    virtual bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) = 0;
};

struct RowTarget {
    const sql::plan::ScanPlan* scan = nullptr;
    std::vector<std::size_t> columns;  ///< by vector of the chunk; npos: not from the line
    std::string file;                  ///< for messages
    std::int64_t lines_before = 0;     ///< of the file, that no reader was given
};

std::unique_ptr<RowReader> make_row_reader(RowTarget target);
std::unique_ptr<RowReader> make_json_reader(RowTarget target);

}  // namespace freshet::duck
