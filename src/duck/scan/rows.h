// Lines to cells, by the SerDe of the table. One reader a thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
    /// Puts the rows of `lines` into `out` from `row` on, which has room for them and no NULL
    /// there; how many rows they gave. After them `out` holds no NULL.
    virtual duckdb::idx_t read_all(std::span<const std::string_view> lines, duckdb::DataChunk& out,
                                   duckdb::idx_t row);
    /// Of an exact target: those of the last lines that do not fit, by their index, in order.
    std::vector<std::pair<std::size_t, Misfit>> take_misfits() {
        return std::exchange(misfits_, {});
    }

  protected:
    /// Puts the line's values into `row` of `out`; `columns[i]` of the target is the scan's column
    /// of out.data[i], or npos where the caller fills in. False when the line gives no row; of an
    /// exact target `misfit_` then says why, or nothing of a line that holds none.
    virtual bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) = 0;
    /// No row of `out` from `row` on is NULL.
    static void clear_nulls(duckdb::DataChunk& out, duckdb::idx_t row, duckdb::idx_t count);

    std::optional<Misfit> misfit_;
    std::vector<std::pair<std::size_t, Misfit>> misfits_;
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
    bool refuses_old_fractions = false;           ///< old_times.h; when it is exact
};

std::unique_ptr<RowReader> make_row_reader(RowTarget target);
std::unique_ptr<RowReader> make_json_reader(RowTarget target);
/// Of an exact target whose scan has the property `record_deserializer`: a JSON document a line, as
/// the deserializers of format conversion read it (sql/plan/write.h).
std::unique_ptr<RowReader> make_record_reader(RowTarget target);

}  // namespace freshet::duck
