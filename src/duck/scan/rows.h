// Lines to cells, by the SerDe of the table. One reader a thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "duck/engine.h"
#include "sql/plan/write.h"

namespace freshet::duck {

/// Why a line gives no row: a value that its column's type cannot hold.
struct Misfit {
    std::string column;  ///< empty: the line itself
    std::string reason;
};

/// Keeps no state between lines. One thread; the plan of its target outlives it.
class RowReader {
  public:
    virtual ~RowReader() = default;
    /// Puts the line's values into `row` of `out`; `columns[i]` is the scan's column of
    /// out.data[i], or npos where the caller fills in. False when the line gives no row.
    virtual bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) = 0;
    /// Of an exact target: why the last line gave no row; nothing for a line that holds none.
    std::optional<Misfit> take_misfit() { return std::exchange(misfit_, std::nullopt); }

  protected:
    std::optional<Misfit> misfit_;
};

struct RowTarget {
    const sql::plan::ScanPlan* scan = nullptr;
    std::vector<std::size_t> columns;  ///< by vector of the chunk; npos: not from the line
    std::string file;                  ///< for messages
    /// Lines of the file that come before those that the reader is given; asked for messages.
    std::function<std::int64_t()> lines_before;
    /// A value that does not fit is a misfit, never NULL and not the end of the query.
    bool is_exact = false;
    std::vector<sql::plan::TextForm> forms = {};  ///< by column of the scan, when it is exact
};

std::unique_ptr<RowReader> make_row_reader(RowTarget target);
std::unique_ptr<RowReader> make_json_reader(RowTarget target);

}  // namespace freshet::duck
