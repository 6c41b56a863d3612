#include "record/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/check.h"
#include "base/text/utf8.h"
#include "record/cell.h"
#include "record/csv_scan.h"
#include "record/limits.h"
#include "record/text.h"

namespace freshet::record {
namespace {

std::size_t find(std::string_view text, std::string_view what, std::size_t from) {
    if (what.size() != 1) return text.find(what, from);
    if (from >= text.size()) return std::string_view::npos;
    const void* const found = std::memchr(text.data() + from, what[0], text.size() - from);
    return found ? static_cast<std::size_t>(static_cast<const char*>(found) - text.data())
                 : std::string_view::npos;
}

std::string_view without_return(std::string_view row, const CsvForm& form) {
    if (form.row_delimiter == "\n" && row.ends_with('\r')) row.remove_suffix(1);
    return row;
}

void split(std::string_view row, const CsvForm& form, std::vector<std::string_view>& cells) {
    std::size_t from = 0;
    while (true) {
        const std::size_t end = find(row, form.column_delimiter, from);
        cells.push_back(row.substr(from, end - from));
        if (end == std::string_view::npos) return;
        from = end + form.column_delimiter.size();
    }
}

/// The end of the quoted cell that opens at `at`: the position after its closing quote, npos for
/// none.
std::size_t quote_end(std::string_view text, std::size_t at) {
    for (at = text.find('"', at + 1); at != std::string_view::npos; at = text.find('"', at + 2)) {
        if (at + 1 >= text.size() || text[at + 1] != '"') return at + 1;
    }
    return std::string_view::npos;
}

std::string_view unquoted(std::string_view inner, Arena& arena) {
    if (inner.find('"') == std::string_view::npos) return inner;
    char* const to = arena.take(inner.size());
    std::size_t size = 0;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        to[size++] = inner[i];
        if (inner[i] == '"') ++i;
    }
    return {to, size};
}

/// A row with quotes: its delimiter may be inside a cell.
bool next_quoted_row(std::string_view text, const CsvForm& form, std::size_t& at, Arena& arena,
                     std::vector<std::string_view>& cells, std::string_view& row) {
    const std::size_t first = at;
    std::size_t from = at;
    while (true) {
        const std::size_t row_end = std::min(find(text, form.row_delimiter, from), text.size());
        if (from < text.size() && text[from] == '"') {
            const std::size_t end = quote_end(text, from);
            const std::size_t line_end =
                end == std::string_view::npos
                    ? row_end
                    : std::min(find(text, form.row_delimiter, end), text.size());
            const std::string_view rest =
                end == std::string_view::npos
                    ? ""
                    : without_return(text.substr(end, line_end - end), form);
            const bool is_closed = end != std::string_view::npos &&
                                   (rest.empty() || rest.starts_with(form.column_delimiter));
            if (!is_closed) {
                // The damage ends with the line on which it began.
                row = without_return(text.substr(first, row_end - first), form);
                at = std::min(row_end + form.row_delimiter.size(), text.size());
                return false;
            }
            cells.push_back(unquoted(text.substr(from + 1, end - from - 2), arena));
            if (rest.empty()) {
                row = without_return(text.substr(first, line_end - first), form);
                at = std::min(line_end + form.row_delimiter.size(), text.size());
                return true;
            }
            from = end + form.column_delimiter.size();
            continue;
        }
        const std::string_view line = text.substr(from, row_end - from);
        const std::size_t cell_end = find(line, form.column_delimiter, 0);
        if (cell_end == std::string_view::npos) {
            cells.push_back(without_return(line, form));
            row = without_return(text.substr(first, row_end - first), form);
            at = std::min(row_end + form.row_delimiter.size(), text.size());
            return true;
        }
        cells.push_back(line.substr(0, cell_end));
        from += cell_end + form.column_delimiter.size();
    }
}

class CsvDecoder final : public Decoder {
  public:
    CsvDecoder(const Schema& schema, const std::vector<bool>& wanted)
        : form_{schema.format.row_delimiter, schema.format.column_delimiter},
          columns_(schema.columns),
          scan_(CsvScan::make(form_.row_delimiter, form_.column_delimiter, columns_.size())) {
        std::size_t texts = 0;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const Type& type = columns_[i].type;
            const bool is_wanted = wanted.empty() || wanted[i];
            uses_.push_back(is_wanted            ? Use::kept
                            : is_text(type.kind) ? Use::measured
                                                 : Use::checked);
            checked_.emplace_back(type);
            whole_max_.push_back(type.kind == Kind::varchar ? static_cast<std::size_t>(type.size)
                                                            : 0);
            texts += is_wanted && storage_of(type.kind) == Storage::texts;
        }
        copies_cells_ = texts <= columns_.size() / 4;
    }

    std::size_t decode(const Payload& payload, std::size_t& begin, std::size_t rows_max,
                       std::int64_t rowtime, Arena& arena, Batch& out,
                       const BadRows& bad) override {
        if (begin == 0) begin = byte_order_mark(payload.text);
        FRESHET_CHECK(begin <= payload.text.size());
        std::string_view text = payload.text.substr(begin);
        copies_ = !payload.is_lasting && copies_cells_;
        if (!payload.is_lasting && !copies_) text = arena.copy(text);
        text_bytes_ = 0;
        std::size_t at = 0;
        while (at < text.size() && out.rows() < rows_max && arena.bytes() < limits::batch_bytes) {
            std::string_view row;
            const std::size_t first = at;
            const std::string message = take_row(text, at, row, out, arena);
            FRESHET_CHECK(at > first && at <= text.size());  // the position passes each row once
            if (message.empty() && row.empty()) continue;
            if (message.empty())
                out.rowtimes.push_back(rowtime);
            else
                bad({rowtime, row, message});
        }
        begin += at;
        return text_bytes_;
    }

  private:
    /// What a column's cells are read for.
    enum class Use : std::uint8_t {
        kept,     ///< for their values
        checked,  ///< to see that they are values
        measured  ///< to know how long they are: any text is a value
    };

    /// Empty, or why not. An empty row is none.
    std::string take_row(std::string_view text, std::size_t& at, std::string_view& row, Batch& out,
                         Arena& arena) {
        constexpr const char* not_utf8 = "the row is not UTF-8";
        if (scan_ && scan_->next(text, at)) {
            row = scan_->row();
            if (row.empty()) return "";
            if (!scan_->is_ascii() && !is_utf8(row)) return not_utf8;
            return push_row(scan_->cells(), out, arena);
        }
        cells_.clear();
        if (!next_row(text, form_, at, arena, cells_, row))
            return "a quoted cell is not closed, or text follows its closing quote";
        if (row.empty()) return "";
        return is_utf8(row) ? push_row(cells_, out, arena) : not_utf8;
    }

    /// Empty, or why not.
    std::string push_row(std::span<const std::string_view> cells, Batch& out, Arena& arena) {
        if (cells.size() < columns_.size())
            return fmt::format("the row has {} of {} columns", cells.size(), columns_.size());
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (uses_[i] == Use::measured) {
                bytes += cells[i].size() <= whole_max_[i] ? cells[i].size()
                                                          : sized_bytes(columns_[i].type, cells[i]);
                continue;
            }
            const bool is_kept = uses_[i] == Use::kept;
            Vector& column = is_kept ? out.columns[i] : checked_[i];
            const bool copies =
                is_kept && copies_ && storage_of(column.type.kind) == Storage::texts;
            if (push_cell(column, copies ? arena.copy(cells[i]) : cells[i], arena)) {
                if (!column.texts.empty()) bytes += column.texts.back().size();
                if (!is_kept) column.clear();
                continue;
            }
            const std::size_t rows = out.rows();
            for (std::size_t k = 0; k < i; ++k) {
                if (uses_[k] == Use::kept) out.columns[k].resize(rows);
            }
            return fmt::format("column {}: '{}' is not a value of {}", columns_[i].name,
                               utf8_prefix(cells[i], 64), to_string(columns_[i].type));
        }
        text_bytes_ += bytes;
        return "";
    }

    CsvForm form_;
    std::vector<Column> columns_;
    std::vector<Use> uses_;               ///< beside `columns_`
    std::vector<Vector> checked_;         ///< likewise, empty: where cells go that are checked only
    std::vector<std::size_t> whole_max_;  ///< likewise: so long a text is kept as it is
    /// Few texts are wanted: they are copied into the arena, not the whole payload.
    bool copies_cells_ = false;
    std::optional<CsvScan> scan_;          ///< of a form that it knows
    std::vector<std::string_view> cells_;  ///< of another row
    // Of the payload at hand:
    bool copies_ = false;
    std::size_t text_bytes_ = 0;  ///< of its rows
};

}  // namespace

bool next_row(std::string_view text, const CsvForm& form, std::size_t& at, Arena& arena,
              std::vector<std::string_view>& cells, std::string_view& row) {
    const std::size_t end = std::min(find(text, form.row_delimiter, at), text.size());
    const std::string_view plain = text.substr(at, end - at);
    if (std::memchr(plain.data(), '"', plain.size()))
        return next_quoted_row(text, form, at, arena, cells, row);
    row = without_return(plain, form);
    at = std::min(end + form.row_delimiter.size(), text.size());
    split(row, form, cells);
    return true;
}

Result<std::unique_ptr<Decoder>> make_csv_decoder(const Schema& schema,
                                                  const std::vector<bool>& wanted) {
    if (schema.format.row_delimiter.empty() || schema.format.column_delimiter.empty())
        return fail(Errc::invalid, "the delimiters of rows and of columns must not be empty");
    return std::make_unique<CsvDecoder>(schema, wanted);
}

bool is_decimal_comma_number(std::string_view cell) {
    cell = trimmed(cell);
    if (cell.starts_with('-') || cell.starts_with('+')) cell.remove_prefix(1);
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t comma = cell.find(',');
    if (comma == std::string_view::npos || comma == 0 || comma + 1 == cell.size()) return false;
    const std::string_view whole = cell.substr(0, comma), decimals = cell.substr(comma + 1);
    if (!std::ranges::all_of(decimals, is_digit)) return false;
    std::size_t group = 0;  // digits since the last dot
    bool has_dot = false;
    for (const char c : whole) {
        if (is_digit(c)) {
            ++group;
            continue;
        }
        if (c != '.' || group == 0 || group > 3 || (has_dot && group != 3)) return false;
        has_dot = true;
        group = 0;
    }
    return has_dot ? group == 3 : group > 0;
}

void append_csv_cell(std::string_view cell, std::string& out) {
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += cell;
        return;
    }
    out += '"';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace freshet::record
