// LazySimpleSerDe (delimiters, escapes, no quotes, a bad cell is NULL) and OpenCSVSerde (quotes, a
// bad number is an error).
#include "duck/scan/rows.h"

#include <algorithm>

#include "duck/native/parse_value.h"
#include "duck/raise.h"
#include "duck/scan/cell.h"

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

Misfit misfit_of(const sql::plan::ScanColumn& column, std::string_view cell) {
    if (!duckdb::Value::StringIsValid(cell.data(), cell.size()))
        return {column.name, "the text is not UTF-8"};
    return {column.name, "not of the type " + column.type.name() + ": \"" +
                             std::string(cell.substr(0, quoted_bytes_max)) + "\""};
}

class LazyReader final : public RowReader {
  public:
    explicit LazyReader(RowTarget target) : target_(std::move(target)) {
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
        for (const auto column : target_.columns) {
            if (column != std::string::npos) wanted_ = std::max(wanted_, column + 1);
        }
    }

    bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) override {
        split(line);
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            const std::size_t column = target_.columns[i];
            if (column == std::string::npos) continue;
            duckdb::Vector& vector = out.data[i];
            if (column >= cells_.size() || cells_[column] == delimiters_.null_text) {
                duckdb::FlatVector::SetNull(vector, row, true);
                continue;
            }
            const std::string_view cell = cells_[column];
            const bool is_escaped = delimiters_.escape != '\0' &&
                                    is_simple(target_.scan->columns[column].type) &&
                                    cell.find(delimiters_.escape) != std::string_view::npos;
            if (!put(vector, row, column, is_escaped ? unescaped(cell) : cell)) return false;
        }
        return true;
    }

  private:
    /// False when the cell is a misfit.
    bool put(duckdb::Vector& vector, duckdb::idx_t row, std::size_t column, std::string_view cell) {
        const Type& type = target_.scan->columns[column].type;
        bool is_exact = true;
        if (!is_simple(type)) {
            vector.SetValue(row, lazy_value(cell, type, delimiters_, 1, is_exact));
        } else if (target_.is_exact) {
            is_exact = put_exact_text(vector, row, type, cell, target_.forms[column]);
        } else {
            put_text(vector, row, type, cell);
        }
        if (is_exact || !target_.is_exact) return true;
        misfit_ = misfit_of(target_.scan->columns[column], cell);
        return false;
    }
    void split(std::string_view line) {
        cells_.clear();
        const char delimiter = delimiters_.levels[0];
        std::size_t begin = 0;
        while (cells_.size() < wanted_) {
            std::size_t end = begin;
            if (delimiters_.escape == '\0') {
                end = std::min(line.find(delimiter, begin), line.size());
            } else {
                while (end < line.size() && line[end] != delimiter)
                    end += line[end] == delimiters_.escape ? 2 : 1;
                end = std::min(end, line.size());
            }
            cells_.push_back(line.substr(begin, end - begin));
            if (end >= line.size()) return;
            begin = end + 1;
        }
    }
    std::string unescaped(std::string_view cell) const {
        std::string made;
        for (std::size_t i = 0; i < cell.size(); ++i) {
            if (cell[i] == delimiters_.escape && i + 1 < cell.size()) ++i;
            made += cell[i];
        }
        return made;
    }

    RowTarget target_;
    Delimiters delimiters_;
    std::size_t wanted_ = 1;
    std::vector<std::string_view> cells_;
};

class QuotedReader final : public RowReader {
  public:
    explicit QuotedReader(RowTarget target) : target_(std::move(target)) {
        const ScanPlan& scan = *target_.scan;
        separator_ = delimiter_of(scan, "separatorChar", ',');
        quote_ = property(scan, "quoteChar", "\"")[0];
        escape_ = property(scan, "escapeChar", "\\")[0];
    }

    bool read(std::string_view line, duckdb::DataChunk& out, duckdb::idx_t row) override {
        ++line_;
        const std::size_t count = split(line);
        for (std::size_t i = 0; i < target_.columns.size(); ++i) {
            const std::size_t column = target_.columns[i];
            if (column == std::string::npos) continue;
            if (column >= count) {
                duckdb::FlatVector::SetNull(out.data[i], row, true);
                continue;
            }
            if (!put(out.data[i], row, column)) return false;
        }
        return true;
    }

  private:
    /// False when the cell is a misfit.
    bool put(duckdb::Vector& vector, duckdb::idx_t row, std::size_t column) {
        const Type& type = target_.scan->columns[column].type;
        const std::string& cell = cells_[column];
        const bool is_plain =
            !target_.is_exact || target_.forms[column] == sql::plan::TextForm::plain;
        const bool is_time = type.is(TypeKind::date) || type.is(TypeKind::timestamp);
        const bool is_absent = target_.is_exact && cell.empty() && is_time;
        bool is_good = false;
        if (is_time && is_plain && !is_absent) {
            is_good = put_number(vector, row, type, cell);
        } else if (target_.is_exact) {
            is_good = put_exact_text(vector, row, type, cell, target_.forms[column]);
        } else {
            is_good = put_text(vector, row, type, cell);
            // bytes that are not UTF-8 are NULL
            if (!is_good && type.is(TypeKind::varchar)) is_good = true;
        }
        if (is_good) return true;
        if (!target_.is_exact) refuse(column);
        misfit_ = misfit_of(target_.scan->columns[column], cell);
        return false;
    }
    /// A date or a timestamp as a number: days, or milliseconds, since the epoch.
    static bool put_number(duckdb::Vector& vector, duckdb::idx_t row, const Type& type,
                           std::string_view cell) {
        const bool is_date = type.is(TypeKind::date);
        const auto number = is_date ? parse_whole(cell, INT32_MIN, INT32_MAX)
                                    : parse_whole(cell, INT64_MIN / 1000, INT64_MAX / 1000);
        if (!number) return false;
        if (is_date)
            duckdb::FlatVector::GetData<duckdb::date_t>(vector)[row] =
                duckdb::date_t(static_cast<std::int32_t>(*number));
        else
            duckdb::FlatVector::GetData<duckdb::timestamp_t>(vector)[row] =
                duckdb::timestamp_t(*number * 1000);
        return true;
    }
    [[noreturn]] void refuse(std::size_t column) const {
        const std::string& cell = cells_[column];
        raise(
            sql::ErrorCode::hive_bad_data,
            "Error Parsing a column in the table: " +
                (cell.empty() ? "Cannot parse an empty string"
                              : "For input string: \"" + cell.substr(0, quoted_bytes_max) + "\"") +
                " in column " + target_.scan->columns[column].name + " in line " +
                std::to_string(target_.lines_before() + line_) + " of " + target_.file);
    }
    std::size_t split(std::string_view line) {
        std::size_t count = 0;
        bool is_quoted = false;
        const auto cell = [&]() -> std::string& {
            if (count >= cells_.size()) cells_.resize(count + 1);
            return cells_[count];
        };
        cell().clear();
        for (std::size_t i = 0; i < line.size(); ++i) {
            const char c = line[i];
            if (c == escape_ && escape_ != quote_ && is_quoted && i + 1 < line.size() &&
                (line[i + 1] == quote_ || line[i + 1] == escape_)) {
                cell() += line[++i];
            } else if (c == quote_) {
                if (is_quoted && i + 1 < line.size() && line[i + 1] == quote_) {
                    cell() += quote_;
                    ++i;
                } else {
                    is_quoted = !is_quoted;
                }
            } else if (c == separator_ && !is_quoted) {
                ++count;
                cell().clear();
            } else {
                cell() += c;
            }
        }
        return count + 1;
    }

    RowTarget target_;
    std::int64_t line_ = 0;
    char separator_ = ',', quote_ = '"', escape_ = '\\';
    std::vector<std::string> cells_;
};

}  // namespace

std::unique_ptr<RowReader> make_row_reader(RowTarget target) {
    switch (target.scan->format) {
        case sql::plan::Format::quoted:
            return std::make_unique<QuotedReader>(std::move(target));
        case sql::plan::Format::json:
            return make_json_reader(std::move(target));
        case sql::plan::Format::delimited:
        case sql::plan::Format::parquet:
            break;
    }
    return std::make_unique<LazyReader>(std::move(target));
}

}  // namespace freshet::duck
