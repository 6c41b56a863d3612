#include "lake/formats/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text/utf8.h"
#include "lake/limits.h"
#include "record/text.h"

namespace freshet::lake {
namespace {

using Row = std::vector<std::string>;

struct Form {
    char delimiter = ',', quote = '"';
};

struct Rows {
    std::vector<Row> rows;
    bool is_quoted = false;
};

/// The rows of the text, at most limits::records_max; nothing when a quote is never closed or a
/// line is not text.
std::optional<Rows> split(std::string_view text, const Form& form) {
    Rows out;
    Row row;
    std::string cell;
    bool is_inside = false, was_quoted = false;
    text.remove_prefix(record::byte_order_mark(text));
    const auto end_row = [&] {
        row.push_back(std::exchange(cell, ""));
        if (row.size() > 1 || !row[0].empty() || was_quoted) out.rows.push_back(std::move(row));
        row.clear();
        was_quoted = false;
    };
    for (std::size_t i = 0; i < text.size() && out.rows.size() < limits::records_max; ++i) {
        const char c = text[i];
        if (c == '\0') return std::nullopt;
        if (is_inside) {
            if (c != form.quote)
                cell += c;
            else if (i + 1 < text.size() && text[i + 1] == form.quote)
                cell += text[++i];
            else
                is_inside = false;
        } else if (c == form.quote && record::trimmed(cell).empty()) {
            is_inside = out.is_quoted = was_quoted = true;
            cell.clear();
        } else if (c == form.delimiter) {
            row.push_back(std::exchange(cell, ""));
        } else if (c == '\n') {
            if (cell.ends_with('\r')) cell.pop_back();
            end_row();
        } else {
            cell += c;
        }
    }
    if (is_inside) return std::nullopt;
    if (!cell.empty() || !row.empty()) end_row();
    const bool is_text = std::ranges::all_of(
        out.rows, [](const Row& one) { return std::ranges::all_of(one, is_utf8); });
    return is_text ? std::optional(std::move(out)) : std::nullopt;
}

constexpr std::array datatypes{"BINARY", "BOOLEAN", "DATE",  "DECIMAL", "DOUBLE",   "FLOAT",
                               "INT",    "LONG",    "SHORT", "STRING",  "TIMESTAMP"};

bool is_of(std::string_view type, const std::string& value) {
    const auto integer = record::parse_integer(value);
    if (type == "BOOLEAN") return record::parse_boolean(value).has_value();
    if (type == "SHORT") return integer && *integer >= INT16_MIN && *integer <= INT16_MAX;
    if (type == "INT") return integer && *integer >= INT32_MIN && *integer <= INT32_MAX;
    if (type == "LONG") return integer.has_value();
    if (type == "DATE") return value.size() == 10 && record::parse_date(value);
    if (type == "TIMESTAMP") return record::parse_timestamp(value).has_value();
    if (type == "FLOAT" || type == "DOUBLE" || type == "DECIMAL")
        return record::parse_real(value).has_value();
    return true;
}

std::string hive_of(std::string_view type) {
    if (type == "LONG") return "bigint";
    if (type == "SHORT") return "smallint";
    if (type == "DECIMAL") return "decimal(38,18)";
    std::string lower(type);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return static_cast<char>(c + ('a' - 'A')); });
    return lower;
}

/// The first type in which all values can be written, of those that the classifier allows.
std::string type_of(const CustomClassifier& classifier, const std::vector<Row>& rows,
                    std::size_t first, std::size_t column) {
    static const std::vector<std::string> usual{"LONG", "DOUBLE", "BOOLEAN"};
    static constexpr std::array narrow_first{"BOOLEAN", "SHORT",   "INT",  "LONG",     "FLOAT",
                                             "DOUBLE",  "DECIMAL", "DATE", "TIMESTAMP"};
    std::vector<std::string> allowed = usual;
    if (classifier.has_datatypes) {
        allowed.clear();
        for (const char* type : narrow_first) {
            if (std::ranges::find(classifier.datatypes, type) != classifier.datatypes.end())
                allowed.emplace_back(type);
        }
    }
    bool has_values = false;
    for (std::size_t i = first; i < rows.size(); ++i) {
        const std::string value(record::trimmed(rows[i][column]));
        if (value.empty()) continue;
        has_values = true;
        // A number with blanks around it is a text when the blanks count.
        if (classifier.keeps_blanks && value.size() < rows[i][column].size()) allowed.clear();
        std::erase_if(allowed, [&](const std::string& type) { return !is_of(type, value); });
    }
    return has_values && !allowed.empty() ? hive_of(allowed.front()) : "string";
}

bool is_header(const CustomClassifier& classifier, const std::vector<Row>& rows) {
    if (classifier.header_rule == HeaderRule::present) return true;
    if (classifier.header_rule == HeaderRule::absent) return false;
    if (!classifier.header.empty() &&
        std::ranges::equal(rows[0], classifier.header, {},
                           [](const std::string& cell) { return record::trimmed(cell); }))
        return true;
    if (rows.size() < 2) return false;
    bool differs = false;
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
        const std::string name(record::trimmed(rows[0][i]));
        const bool is_word = !name.empty() && name.size() < 150 && !record::parse_real(name) &&
                             !record::parse_boolean(name) && !record::parse_timestamp(name);
        if (!is_word) return false;
        differs = differs || type_of(classifier, rows, 1, i) != "string";
    }
    return differs;
}

struct Table {
    Form form;
    Rows split;
};

/// By the delimiter that is given, or by the usual one that gives most columns.
std::optional<Table> table_of(const CustomClassifier& classifier, std::string_view text) {
    Form form;
    if (!classifier.quote.empty()) form.quote = classifier.quote[0];
    const std::string delimiters =
        classifier.delimiter.empty() ? std::string(",|\t;\x01") : classifier.delimiter;
    std::optional<Table> best;
    for (const char delimiter : delimiters) {
        form.delimiter = delimiter;
        auto rows = split(text, form);
        if (!rows || rows->rows.empty()) continue;
        const std::size_t columns = rows->rows[0].size();
        const bool is_even =
            std::ranges::all_of(rows->rows, [&](const Row& row) { return row.size() == columns; });
        if (is_even && (!best || columns > best->split.rows[0].size()))
            best = Table{form, std::move(*rows)};
    }
    return best;
}

Format format_of(const CustomClassifier& classifier, const Table& table, bool has_header) {
    const std::vector<Row>& rows = table.split.rows;
    Format format;
    format.classification = "csv";
    format.delimiter = table.form.delimiter;
    format.quote = table.form.quote;
    format.has_header = has_header;
    format.is_quoted = table.split.is_quoted;
    format.serde = classifier.serde;
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
        std::string name = fmt::format("col{}", i);
        if (i < classifier.header.size())
            name = safe_name(classifier.header[i], i);
        else if (has_header)
            name = safe_name(rows[0][i], i);
        format.columns.push_back(
            {std::move(name), type_of(classifier, rows, has_header ? 1 : 0, i)});
    }
    make_distinct(format.columns);
    return format;
}

}  // namespace

bool is_csv_datatype(std::string_view name) {
    return std::ranges::find(datatypes, name) != datatypes.end();
}

Verdict judge_csv(const CustomClassifier& classifier, const Bytes& text, bool is_whole) {
    std::string_view data = text.view();
    if (!is_whole) data = data.substr(0, data.rfind('\n') + 1);  // the last row is cut
    Verdict verdict;
    const auto table = table_of(classifier, data);
    if (!table) {
        verdict.reason = "its rows have not the same number of cells, or none";
        return verdict;
    }
    const std::vector<Row>& rows = table->split.rows;
    if (rows[0].size() < 2 && !classifier.takes_single_column) {
        verdict.reason = "rows of one column are not allowed";
        return verdict;
    }
    if (!classifier.header.empty() && classifier.header.size() != rows[0].size()) {
        verdict.reason = fmt::format("it has {} columns, the header {}", rows[0].size(),
                                     classifier.header.size());
        return verdict;
    }
    const bool has_header = is_header(classifier, rows);
    verdict.certainty = 1;
    verdict.classified.format = format_of(classifier, *table, has_header);
    verdict.classified.reason =
        fmt::format("{} rows of {} cells between '{}', {}", rows.size(), rows[0].size(),
                    table->form.delimiter, has_header ? "with a header" : "without a header");
    return verdict;
}

}  // namespace freshet::lake
