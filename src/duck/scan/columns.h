// The cells of many lines, put into vectors column by column: one loop a column and type.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "duck/scan/cell.h"

namespace freshet::duck {

/// Line after line, each of `width` cells. A cell without data is absent, which is NULL; "" has
/// data.
struct CellTable {
    std::size_t width = 0, lines = 0;
    std::vector<std::string_view> cells;

    void clear(std::size_t line_count) {
        lines = line_count;
        cells.assign(width * lines, {});
    }
    std::span<std::string_view> line(std::size_t index) {
        return std::span(cells).subspan(index * width, width);
    }
    std::string_view at(std::size_t line, std::size_t column) const {
        return cells[line * width + column];
    }
};

/// The lines with a cell that is not of its column's type, each with the first such column.
class Misses {
  public:
    static constexpr std::uint32_t none = UINT32_MAX;

    void clear(std::size_t lines) {
        columns_.assign(lines, none);
        is_empty_ = true;
    }
    void add(std::size_t line, std::size_t column) {
        if (columns_[line] == none) columns_[line] = static_cast<std::uint32_t>(column);
        is_empty_ = false;
    }
    bool is_empty() const { return is_empty_; }
    /// By line; none for a line that fits.
    std::span<const std::uint32_t> columns() const { return columns_; }

  private:
    std::vector<std::uint32_t> columns_;
    bool is_empty_ = true;
};

/// How the cells of one column are read.
struct CellRules {
    const sql::trino::Type* type = nullptr;
    std::size_t column = 0;  ///< of the table of cells
    bool is_exact = false;   ///< put_exact_text(), otherwise put_text()
    sql::plan::TextForm form = sql::plan::TextForm::plain;
    /// Dates and timestamps are numbers: days, milliseconds since the epoch (OpenCSVSerde).
    bool has_numeric_times = false;
    bool is_bad_text_null = false;           ///< what is not UTF-8 is NULL, and no miss
    const Delimiters* delimiters = nullptr;  ///< of nested types; null: nested types are not text
};

/// Puts the column's cells into `out` from `row` on. A cell that is not of the type is NULL, and a
/// miss. Text that is not UTF-8 is one, too; `is_utf8`: all cells are known to be UTF-8.
void put_column(const CellTable& table, const CellRules& rules, bool is_utf8, duckdb::Vector& out,
                duckdb::idx_t row, Misses& misses);

}  // namespace freshet::duck
