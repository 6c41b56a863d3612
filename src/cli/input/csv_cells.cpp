#include "cli/input/csv_cells.h"

#include <algorithm>

#include "record/csv.h"

namespace freshet::cli {

std::vector<std::string> csv_cells(std::string_view row, char delimiter) {
    std::vector<std::string> cells(1);
    bool is_quoted = false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const char c = row[i];
        if (is_quoted) {
            if (c != '"') {
                cells.back() += c;
            } else if (i + 1 < row.size() && row[i + 1] == '"') {
                cells.back() += '"';
                ++i;
            } else {
                is_quoted = false;
            }
        } else if (c == '"' && cells.back().empty()) {
            is_quoted = true;
        } else if (c == delimiter) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    return cells;
}

char csv_delimiter_of(std::string_view row) {
    constexpr std::string_view known = ",\t;|";
    const auto between_semicolons = csv_cells(row, ';');
    const auto has_comma = [](const std::string& cell) {
        return cell.find(',') != std::string::npos;
    };
    const bool are_decimal_commas =
        between_semicolons.size() > 1 && std::ranges::any_of(between_semicolons, has_comma) &&
        std::ranges::all_of(between_semicolons, [&](const std::string& cell) {
            return !has_comma(cell) || record::is_decimal_comma_number(cell);
        });
    if (are_decimal_commas) return ';';
    std::size_t counts[known.size()] = {};
    bool is_quoted = false;
    for (const char c : row) {
        if (c == '"') is_quoted = !is_quoted;
        const auto at = known.find(c);
        if (!is_quoted && at != std::string_view::npos) ++counts[at];
    }
    return known[static_cast<std::size_t>(std::ranges::max_element(counts) - std::begin(counts))];
}

}  // namespace freshet::cli
