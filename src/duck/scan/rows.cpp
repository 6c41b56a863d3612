// LazySimpleSerDe (delimiters, escapes, no quotes, a bad cell is NULL) and OpenCSVSerde (quotes, a
// bad number is an error).
#include "duck/scan/rows.h"

#include <algorithm>
#include <cstring>

#include "duck/native/parse_value.h"
#include "duck/raise.h"
#include "duck/scan/columns.h"
#include "duck/scan/old_times.h"

namespace freshet::duck {
namespace {

using sql::plan::ScanPlan;
using sql::trino::Type;
using sql::trino::TypeKind;

std::string property(const ScanPlan& scan, const char* name, std::string otherwise) {
    const auto found = scan.properties.find(name);
    return found == scan.properties.end() ? std::move(otherwise) : found->second;
}

/// A delimiter as Hive writes it: the character, or its number ("1", "9").
char delimiter_of(const ScanPlan& scan, const char* name, char otherwise) {
    const std::string text = property(scan, name, "");
    if (text.empty()) return otherwise;
    if (text == "\\t") return '\t';
    const auto number = text.size() > 1 || (text[0] >= '0' && text[0] <= '9')
                            ? parse_whole(text, -128, 255)
                            : std::nullopt;
    return number ? static_cast<char>(*number) : text[0];
}

bool is_simple(const Type& type) { return type.arguments.empty(); }

bool is_ascii(std::string_view text) {
    unsigned all = 0;
    for (const char c : text) all |= static_cast<unsigned char>(c);
    return all < 0x80;
}

/// Text that does not lie in the lines themselves. It stays where it is until clear().
class MadeText {
  public:
    /// Room for `bytes` more in all.
    void clear(std::size_t bytes) {
        text_.clear();
        text_.reserve(bytes);
        begin_ = 0;
    }
    void add(char c) { text_ += c; }
    /// What was added since the last end().
    std::string_view end() {
        const std::string_view made = std::string_view(text_.data(), text_.size()).substr(begin_);
        begin_ = text_.size();
        return made;
    }

  private:
    std::string text_;
    std::size_t begin_ = 0;
};

/// Splits lines into a table of cells, which become columns.
class CellReader : public RowReader {
  public:
    explicit CellReader(RowTarget target) : target_(std::move(target)) {
        for (const auto column : target_.columns) {
            if (column != std::string::npos) table_.width = std::max(table_.width, column + 1);
        }
    }

    duckdb::idx_t read_all(std::span<const std::string_view> lines, duckdb::DataChunk& out,
                           duckdb::idx_t row) final {
        table_.clear(lines.size());
        if (table_.width > 0) {
            split(lines);
            misses_.clear(lines.size());
            has_old_fraction_.assign(lines.size(), false);
            put_columns(lines, out, row);
            if (!misses_.is_empty() && (target_.is_exact || refuses_)) {
                drop_misses();
                clear_nulls(out, row, lines.size());
                put_columns(lines, out, row);
            }
        }
        lines_read_ += static_cast<std::int64_t>(lines.size());
        return table_.lines;
    }

  protected:
    virtual void split(std::span<const std::string_view> lines) = 0;
    virtual CellRules rules_of(std::size_t column) const = 0;

    CellRules common_rules(std::size_t column) const {
        CellRules rules;
        rules.type = &target_.scan->columns[column].type;
        rules.column = column;
        rules.is_exact = target_.is_exact;
        if (target_.is_exact) rules.form = target_.forms[column];
        return rules;
    }

    RowTarget target_;
    CellTable table_;
    bool refuses_ = false;  ///< a miss ends the query

  private:
    bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) final {
        return read_all({&line, 1}, out, row) == 1;
    }

    void put_columns(std::span<const std::string_view> lines, duckdb::DataChunk& out,
                     duckdb::idx_t row) {
        const bool is_utf8 = std::ranges::all_of(lines, is_ascii);
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            if (target_.columns[i] == std::string::npos) continue;
            put_column(table_, rules_of(target_.columns[i]), is_utf8, out.data[i], row, misses_);
            if (target_.refuses_old_fractions)
                find_old_fractions(target_.columns[i], out.data[i], row);
        }
    }

    void find_old_fractions(std::size_t column, duckdb::Vector& values, duckdb::idx_t row) {
        const Type& type = target_.scan->columns[column].type;
        if (!holds_timestamps(type)) return;
        for (std::size_t line = 0; line < table_.lines; ++line) {
            if (!has_old_fraction(type, values, row + line)) continue;
            has_old_fraction_[line] = misses_.columns()[line] == Misses::none;
            misses_.add(line, column);
        }
    }

    /// Lines with a miss leave the table: each is a misfit, or the first ends the query.
    void drop_misses() {
        const auto columns = misses_.columns();
        std::size_t kept = 0;
        for (std::size_t line = 0; line < table_.lines; ++line) {
            if (columns[line] != Misses::none) {
                if (refuses_) refuse(line, columns[line]);
                misfits_.emplace_back(line, misfit_of(line, columns[line]));
                continue;
            }
            std::ranges::copy(table_.line(line), table_.line(kept).begin());
            ++kept;
        }
        table_.lines = kept;
        misses_.clear(kept);
    }

    Misfit misfit_of(std::size_t line, std::size_t column) const {
        const std::string_view cell = table_.at(line, column);
        const sql::plan::ScanColumn& of = target_.scan->columns[column];
        if (!duckdb::Value::StringIsValid(cell.data(), cell.size()))
            return {of.name, "the text is not UTF-8"};
        if (has_old_fraction_[line]) return {of.name, old_fraction_reason};
        return {of.name, "not of the type " + of.type.name() + ": \"" +
                             std::string(cell.substr(0, quoted_bytes_max)) + "\""};
    }

    [[noreturn]] void refuse(std::size_t line, std::size_t column) const {
        const std::string_view cell = table_.at(line, column);
        const auto number = target_.lines_before() + lines_read_ + static_cast<std::int64_t>(line);
        raise(sql::ErrorCode::hive_bad_data,
              "Error Parsing a column in the table: " +
                  (cell.empty() ? "Cannot parse an empty string"
                                : "For input string: \"" +
                                      std::string(cell.substr(0, quoted_bytes_max)) + "\"") +
                  " in column " + target_.scan->columns[column].name + " in line " +
                  std::to_string(number + 1) + " of " + target_.file);
    }

    Misses misses_;
    std::vector<bool> has_old_fraction_;  ///< by line: its miss is one
    std::int64_t lines_read_ = 0;
};

class LazyReader final : public CellReader {
  public:
    explicit LazyReader(RowTarget target) : CellReader(std::move(target)) {
        const ScanPlan& scan = *target_.scan;
        delimiters_.levels[0] =
            delimiter_of(scan, "field.delim", delimiter_of(scan, "serialization.format", '\x01'));
        delimiters_.levels[1] =
            delimiter_of(scan, "collection.delim", delimiter_of(scan, "colelction.delim", '\x02'));
        delimiters_.levels[2] = delimiter_of(scan, "mapkey.delim", '\x03');
        delimiters_.escape = property(scan, "escape.delim", "").empty()
                                 ? '\0'
                                 : property(scan, "escape.delim", "")[0];
        delimiters_.null_text = property(scan, "serialization.null.format", "\\N");
    }

  private:
    CellRules rules_of(std::size_t column) const override {
        CellRules rules = common_rules(column);
        rules.delimiters = &delimiters_;
        return rules;
    }

    void split(std::span<const std::string_view> lines) override {
        if (delimiters_.escape == '\0') {
            for (std::size_t i = 0; i < lines.size(); ++i) split_plain(lines[i], table_.line(i));
            return;
        }
        std::size_t bytes = 0;
        for (const auto line : lines) bytes += line.size();
        made_.clear(bytes);
        for (std::size_t i = 0; i < lines.size(); ++i) split_escaped(lines[i], table_.line(i));
    }

    void split_plain(std::string_view line, std::span<std::string_view> cells) const {
        const char delimiter = delimiters_.levels[0];
        const char* begin = line.data();
        const char* const end = begin + line.size();
        for (std::string_view& cell : cells) {
            const auto* found = static_cast<const char*>(
                std::memchr(begin, delimiter, static_cast<std::size_t>(end - begin)));
            const char* const stop = found == nullptr ? end : found;
            cell = std::string_view(begin, static_cast<std::size_t>(stop - begin));
            if (cell == delimiters_.null_text) cell = {};
            if (found == nullptr) return;
            begin = found + 1;
        }
    }

    void split_escaped(std::string_view line, std::span<std::string_view> cells) {
        const char delimiter = delimiters_.levels[0], escape = delimiters_.escape;
        std::size_t begin = 0;
        for (std::size_t column = 0; column < cells.size(); ++column) {
            std::size_t end = begin;
            bool is_escaped = false;
            while (end < line.size() && line[end] != delimiter) {
                is_escaped |= line[end] == escape;
                end += line[end] == escape ? 2 : 1;
            }
            end = std::min(end, line.size());
            const std::string_view cell = line.substr(begin, end - begin);
            const bool is_made = is_escaped && is_simple(target_.scan->columns[column].type);
            if (cell != delimiters_.null_text) cells[column] = is_made ? unescaped(cell) : cell;
            if (end >= line.size()) return;
            begin = end + 1;
        }
    }

    std::string_view unescaped(std::string_view cell) {
        for (std::size_t i = 0; i < cell.size(); ++i) {
            if (cell[i] == delimiters_.escape && i + 1 < cell.size()) ++i;
            made_.add(cell[i]);
        }
        return made_.end();
    }

    Delimiters delimiters_;
    MadeText made_;
};

class QuotedReader final : public CellReader {
  public:
    explicit QuotedReader(RowTarget target) : CellReader(std::move(target)) {
        const ScanPlan& scan = *target_.scan;
        separator_ = delimiter_of(scan, "separatorChar", ',');
        quote_ = property(scan, "quoteChar", "\"")[0];
        escape_ = property(scan, "escapeChar", "\\")[0];
        refuses_ = !target_.is_exact;
    }

  private:
    CellRules rules_of(std::size_t column) const override {
        CellRules rules = common_rules(column);
        rules.has_numeric_times = true;
        rules.is_bad_text_null = refuses_;
        return rules;
    }

    void split(std::span<const std::string_view> lines) override {
        std::size_t bytes = 0;
        for (const auto line : lines) bytes += line.size();
        made_.clear(bytes);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].find(quote_) == std::string_view::npos) {
                split_plain(lines[i], table_.line(i));
            } else {
                split_quoted(lines[i], table_.line(i));
            }
        }
    }

    void split_plain(std::string_view line, std::span<std::string_view> cells) const {
        for (std::string_view& cell : cells) {
            const auto end = std::min(line.find(separator_), line.size());
            cell = line.substr(0, end);
            if (end == line.size()) return;
            line.remove_prefix(end + 1);
        }
    }

    void split_quoted(std::string_view line, std::span<std::string_view> cells) {
        std::size_t count = 0;
        bool is_quoted = false;
        for (std::size_t i = 0; i < line.size() && count < cells.size(); ++i) {
            const char c = line[i];
            if (c == escape_ && escape_ != quote_ && is_quoted && i + 1 < line.size() &&
                (line[i + 1] == quote_ || line[i + 1] == escape_)) {
                made_.add(line[++i]);
            } else if (c == quote_) {
                if (is_quoted && i + 1 < line.size() && line[i + 1] == quote_) {
                    made_.add(quote_);
                    ++i;
                } else {
                    is_quoted = !is_quoted;
                }
            } else if (c == separator_ && !is_quoted) {
                cells[count++] = made_.end();
            } else {
                made_.add(c);
            }
        }
        if (count < cells.size()) cells[count] = made_.end();
    }

    char separator_ = ',', quote_ = '"', escape_ = '\\';
    MadeText made_;
};

}  // namespace

duckdb::idx_t RowReader::read_all(std::span<const std::string_view> lines, duckdb::DataChunk& out,
                                  duckdb::idx_t row) {
    const duckdb::idx_t first = row;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (read(lines[i], out, row)) {
            ++row;
            continue;
        }
        if (misfit_) misfits_.emplace_back(i, *std::exchange(misfit_, std::nullopt));
        clear_nulls(out, row, 1);
    }
    return row - first;
}

void RowReader::clear_nulls(duckdb::DataChunk& out, duckdb::idx_t row, duckdb::idx_t count) {
    for (duckdb::Vector& vector : out.data) {
        auto& validity = duckdb::FlatVector::Validity(vector);
        for (duckdb::idx_t at = row; at < row + count; ++at) validity.SetValid(at);
    }
}

std::unique_ptr<RowReader> make_row_reader(RowTarget target) {
    switch (target.scan->format) {
        case sql::plan::Format::quoted:
            return std::make_unique<QuotedReader>(std::move(target));
        case sql::plan::Format::json:
            if (target.is_exact && target.scan->properties.contains(sql::plan::record_deserializer))
                return make_record_reader(std::move(target));
            return make_json_reader(std::move(target));
        case sql::plan::Format::delimited:
        case sql::plan::Format::parquet:
        case sql::plan::Format::orc:
            break;
    }
    return std::make_unique<LazyReader>(std::move(target));
}

}  // namespace freshet::duck
