// DiscoverInputSchema: what the sample looks like (developer guide, "Using the schema discovery
// feature").
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <map>

#include "base/text/utf8.h"
#include "record/csv.h"
#include "record/json/json.h"
#include "record/reserved.h"
#include "record/text.h"

namespace freshet::record {
namespace {

constexpr std::size_t rows_max = 1000;
constexpr std::size_t name_size_max = 100;
constexpr std::size_t columns_max = 1000;

/// What is known of one column after some values.
struct Guess {
    bool has_values = false;
    bool has_integers_only = true, has_reals_only = true, has_booleans_only = true;
    /// 2,5 is a number for people and a text for SQL.
    bool has_comma_number = false, has_other_text = false;
    bool has_wide = false;    ///< an integer beyond 32 bits was seen
    std::size_t longest = 0;  ///< characters

    void see(std::string_view text) {
        longest = std::max(longest, utf8_length(text));
        if (trimmed(text).empty()) return;
        has_values = true;
        if (is_decimal_comma_number(text))
            has_comma_number = true;
        else if (!parse_real(text))
            has_other_text = true;
        const auto integer = parse_integer(text);
        if (!integer) has_integers_only = false;
        if (integer && !fits(Kind::integer, *integer)) has_wide = true;
        if (!integer && !parse_real(text)) has_reals_only = false;
        // Digits after a leading zero are an identifier: 007 must stay 007.
        if (text.size() > 1 && text[0] == '0' && std::isdigit(static_cast<unsigned char>(text[1])))
            has_integers_only = has_reals_only = false;
        if (!parse_boolean(text)) has_booleans_only = false;
    }
    Type type() const {
        if (has_values && has_integers_only) return {has_wide ? Kind::bigint : Kind::integer, 0, 0};
        if (has_values && has_reals_only) return {Kind::dbl, 0, 0};
        if (has_values && has_booleans_only) return {Kind::boolean, 0, 0};
        int size = 4;
        while (static_cast<std::size_t>(size) < longest && size < text_size_max / 2) size *= 2;
        return {Kind::varchar,
                std::min<int>(
                    std::max(size, static_cast<int>(std::min<std::size_t>(longest, text_size_max))),
                    text_size_max),
                0};
    }
};

/// The name itself, or COL_ and what of it a name may have.
std::string safe_name(std::string_view name, std::size_t position) {
    const bool is_plain =
        !name.empty() && name.size() <= name_size_max &&
        !std::isdigit(static_cast<unsigned char>(name[0])) &&
        std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; });
    if (is_plain && !is_reserved(name)) return std::string(name);
    std::string kept;
    for (const char c : name) {
        if ((std::isalnum(static_cast<unsigned char>(c)) || c == '_') &&
            kept.size() < name_size_max - 4)
            kept += c;
    }
    return "COL_" + (kept.empty() ? std::to_string(position) : kept);
}

std::vector<std::string> distinct(std::vector<std::string> names) {
    std::map<std::string, int> seen;
    for (std::string& name : names) {
        if (const int times = seen[name]++; times > 0) name += fmt::format("_{}", times);
    }
    return names;
}

/// What the JSON documents of a sample have in common.
class JsonSample {
  public:
    /// False when the text is not a JSON object.
    bool add(std::string_view object) {
        const auto members = members_of(object);
        if (!members) return false;
        auto& row = rows.emplace_back();
        for (const JsonMember& member : *members) {
            if (!guesses.contains(member.path)) {
                paths.push_back(member.path);
                names.push_back(member.name);
            }
            Guess& guess = guesses[member.path];
            row[member.path] = member.sort == '0' ? "" : member.text;
            if (member.sort != '0') guess.see(member.text);
            if (member.sort == 's' || member.sort == 'j')
                guess.has_integers_only = guess.has_reals_only = guess.has_booleans_only = false;
        }
        return true;
    }

    std::vector<std::string> paths, names;
    std::map<std::string, Guess> guesses;
    std::vector<std::map<std::string, std::string>> rows;
};

/// All documents are objects, or all of them arrays: then each element is a row. False for what is
/// no JSON, or JSON without objects.
bool add_documents(const std::vector<Bytes>& records, JsonSample& sample, bool& is_arrays) {
    bool has_rows = false;
    for (const Bytes& record : records) {
        Documents documents(record.view());
        while (sample.rows.size() < rows_max) {
            const std::string_view document = documents.next();
            if (document.empty()) break;
            const auto elements = elements_of(document);
            if (has_rows && elements.has_value() != is_arrays) return false;
            has_rows = true;
            is_arrays = elements.has_value();
            if (!elements && !sample.add(document)) return false;
            for (const std::string& one : elements.value_or(std::vector<std::string>())) {
                if (sample.rows.size() < rows_max && !sample.add(one)) return false;
            }
        }
    }
    return !sample.rows.empty();
}

std::optional<Discovered> discover_json(const std::vector<Bytes>& records) {
    Discovered found;
    found.schema.format.is_json = true;
    JsonSample sample;
    bool is_arrays = false;
    if (!add_documents(records, sample, is_arrays)) return std::nullopt;
    if (is_arrays) found.schema.format.row_path = "$[0:]";
    auto& [paths, names, guesses, rows] = sample;
    if (paths.size() > columns_max) return std::nullopt;
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = safe_name(names[i], i);
    names = distinct(std::move(names));
    for (std::size_t i = 0; i < paths.size(); ++i)
        found.schema.columns.push_back({names[i], guesses[paths[i]].type(), false, paths[i]});
    for (auto& row : rows) {
        auto& cells = found.rows.emplace_back();
        for (const std::string& path : paths) cells.push_back(row[path]);
    }
    return found;
}

using Rows = std::vector<std::vector<std::string>>;

/// All rows, or nothing when they differ in their number of cells or have fewer than two.
std::optional<Rows> split_all(const std::vector<Bytes>& records, const CsvForm& form) {
    Rows rows;
    for (const Bytes& record : records) {
        std::size_t at = byte_order_mark(record.view());
        Arena arena;
        while (at < record.size() && rows.size() < rows_max) {
            std::vector<std::string_view> cells;
            std::string_view row;
            if (!next_row(record.view(), form, at, arena, cells, row)) return std::nullopt;
            if (row.empty()) continue;
            if (!is_utf8(row) || row.find('\0') != std::string_view::npos) return std::nullopt;
            rows.emplace_back(cells.begin(), cells.end());
        }
    }
    if (rows.empty() || rows[0].size() > columns_max) return std::nullopt;
    const auto even = [&](const auto& row) { return row.size() == rows[0].size(); };
    return std::ranges::all_of(rows, even) ? std::optional(std::move(rows)) : std::nullopt;
}

/// The first row names the columns: it is all distinct words, and a column that it does not fit has
/// numbers below it.
bool has_header(const Rows& rows, const std::vector<Guess>& below) {
    if (rows.size() < 2) return false;
    bool differs = false;
    for (std::size_t i = 0; i < rows[0].size(); ++i) {
        const std::string& cell = rows[0][i];
        if (trimmed(cell).empty() || parse_real(cell) || parse_boolean(cell) ||
            parse_timestamp(cell) || is_decimal_comma_number(cell) ||
            std::ranges::count(rows[0], cell) > 1)
            return false;
        if (below[i].has_values &&
            (below[i].has_integers_only || below[i].has_reals_only || below[i].has_booleans_only ||
             (below[i].has_comma_number && !below[i].has_other_text)))
            differs = true;
    }
    return differs;
}

/// Rows between semicolons whose commas all belong to numbers: 1;2,5 does not have three cells.
bool has_decimal_commas(const Rows& rows) {
    bool has_rows = false;
    for (const auto& row : rows) {
        for (const std::string& cell : row) {
            if (cell.find(',') == std::string::npos) continue;
            if (!is_decimal_comma_number(cell)) return false;
            has_rows = true;
        }
    }
    return has_rows && rows[0].size() > 1;
}

std::optional<Discovered> discover_csv(const std::vector<Bytes>& records) {
    // A text has commas, bars and semicolons of its own, and hardly ever the same number of tabs in
    // each row: tabs that split evenly are the delimiter.
    constexpr std::array delimiters{"\t", ",", "|", ";"};
    std::optional<Rows> best;
    CsvForm form;
    for (const char* delimiter : delimiters) {
        auto rows = split_all(records, {"\n", delimiter});
        const bool is_sure = rows && *delimiter == ';' && has_decimal_commas(*rows);
        if (!rows || (!is_sure && best && (*best)[0].size() >= (*rows)[0].size())) continue;
        best = std::move(rows);
        form.column_delimiter = delimiter;
        if (*delimiter == '\t' && (*best)[0].size() > 1) break;
    }
    if (!best || ((*best)[0].size() < 2 && best->size() < 2)) return std::nullopt;
    if (form.column_delimiter == "\t" && (*best)[0].size() < 2) form.column_delimiter = ",";
    Discovered found;
    found.schema.format.column_delimiter = form.column_delimiter;
    if (records[0].view().find("\r\n") != std::string_view::npos)
        found.schema.format.row_delimiter = "\r\n";
    const std::size_t width = (*best)[0].size();
    std::vector<Guess> below(width), all(width);
    for (std::size_t r = 0; r < best->size(); ++r) {
        for (std::size_t i = 0; i < width; ++i) {
            all[i].see((*best)[r][i]);
            if (r > 0) below[i].see((*best)[r][i]);
        }
    }
    const bool is_named = has_header(*best, below);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < width; ++i)
        names.push_back(is_named ? safe_name((*best)[0][i], i) : fmt::format("COL_{}", i));
    names = distinct(std::move(names));
    for (std::size_t i = 0; i < width; ++i)
        found.schema.columns.push_back({names[i], (is_named ? below : all)[i].type(), false, ""});
    found.has_header = is_named;
    found.rows = std::move(*best);
    return found;
}

/// Every record begins as an object or as an array of containers does, or is objects and arrays
/// alone: rows of CSV are not.
bool looks_like_json(const std::vector<Bytes>& records) {
    return std::ranges::all_of(records, [](const Bytes& record) {
        std::string text;  // the first characters that are not blanks
        for (const char c : record.view().substr(byte_order_mark(record.view()))) {
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') text += c;
            if (text.size() == 2) break;
        }
        if (text == "{\"" || text == "[{" || text == "[[") return true;
        Documents documents(record.view());
        std::string_view document = documents.next();
        bool are_nested = !document.empty();
        for (std::size_t i = 0; i < rows_max && are_nested && !document.empty(); ++i) {
            are_nested = elements_of(document).has_value() || members_of(document).has_value();
            document = documents.next();
        }
        return are_nested;
    });
}

}  // namespace

Result<Discovered> discover(const std::vector<Bytes>& records) {
    if (records.empty()) return fail(Errc::invalid, "there are no records to look at");
    if (auto json = discover_json(records)) return std::move(*json);
    if (looks_like_json(records))
        return fail(Errc::invalid,
                    "the records look like JSON, and are not JSON objects or arrays of objects");
    if (auto csv = discover_csv(records)) return std::move(*csv);
    return fail(Errc::invalid, "the records are neither JSON documents nor rows of CSV in UTF-8");
}

}  // namespace freshet::record
