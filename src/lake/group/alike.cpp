#include "lake/group/alike.h"

#include <algorithm>
#include <set>

#include "lake/classify.h"

namespace freshet::lake {
namespace {

constexpr double similarity_min = 0.7;  // AWS's; more than that
constexpr double common_names_min = 0.3;

bool is_number(const std::string& type) {
    return type == "tinyint" || type == "smallint" || type == "int" || type == "bigint" ||
           type == "float" || type == "double";
}

bool is_same_kind(const std::string& a, const std::string& b) {
    if (a == b || a == "null" || b == "null" || (is_number(a) && is_number(b))) return true;
    return (a.starts_with("struct<") && b.starts_with("struct<")) ||
           (a.starts_with("array<") && b.starts_with("array<"));
}

bool has_same_form(const Format& a, const Format& b) {
    return a.classification == b.classification && a.compression == b.compression &&
           (a.classification != "csv" ||
            (a.delimiter == b.delimiter && a.quote == b.quote && a.has_header == b.has_header));
}

std::size_t common_names(const Format& a, const Format& b) {
    return static_cast<std::size_t>(std::ranges::count_if(a.columns, [&](const Column& column) {
        return std::ranges::find(b.columns, column.name, &Column::name) != b.columns.end();
    }));
}

}  // namespace

bool is_majority(std::size_t part, std::size_t whole) { return part * 10 > whole * 7; }

double similarity(const Format& a, const Format& b) {
    if (!has_same_form(a, b)) return 0;
    std::set<std::string> names;
    double same = 0;
    for (const Column& column : a.columns) {
        names.insert(column.name);
        const auto other = std::ranges::find(b.columns, column.name, &Column::name);
        if (other != b.columns.end() && is_same_kind(column.type, other->type)) ++same;
    }
    for (const Column& column : b.columns) names.insert(column.name);
    return names.empty() ? 0 : same / static_cast<double>(names.size());
}

bool is_similar(const Format& a, const Format& b) {
    return similarity(a, b) > similarity_min && merged(a, b).has_value();
}

bool is_compatible(const Format& a, const Format& b) {
    if (!has_same_form(a, b) || !merged(a, b)) return false;
    return std::ranges::all_of(a.columns, [&](const Column& column) {
        const auto other = std::ranges::find(b.columns, column.name, &Column::name);
        return other == b.columns.end() || is_same_kind(column.type, other->type);
    });
}

bool is_of_one_table(const Format& a, const Format& b) {
    if (a.classification != b.classification) return false;
    if (a.classification == "csv") return true;
    const auto fewer = static_cast<double>(std::min(a.columns.size(), b.columns.size()));
    return static_cast<double>(common_names(a, b)) > fewer * common_names_min;
}

}  // namespace freshet::lake
