#include "query/ddl/show_functions.h"

#include <fmt/format.h>

#include <algorithm>

#include "query/tables.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/functions/registry.h"

namespace freshet::query {
namespace {

using sql::trino::FunctionKind;

const char* name_of(FunctionKind kind) {
    switch (kind) {
        case FunctionKind::scalar:
            return "scalar";
        case FunctionKind::aggregate:
            return "aggregate";
        case FunctionKind::window:
            return "window";
        case FunctionKind::refused:
            break;
    }
    return "";
}

}  // namespace

Printed functions_like(const std::string& pattern) {
    Printed printed;
    for (const char* name : {"Function", "Return Type", "Argument Types", "Function Type",
                             "Deterministic", "Description"})
        printed.columns.push_back(Column{name, "string", 0, 0, false});
    std::string stars = pattern;
    std::ranges::replace(stars, '%', '*');
    std::string_view about;
    for (const auto& entry : sql::trino::functions()) {
        const auto& row = *entry.row;
        if (!row.about.empty()) about = row.about;
        if (entry.kind == FunctionKind::refused || !matches_pattern(std::string(row.name), stars))
            continue;
        const auto arrow = row.signature.find(" -> ");
        std::string_view result = row.signature.substr(arrow + 4);
        // What a variable must be is after the result.
        if (!entry.signature.rules.empty())
            result = result.substr(0, result.find(", " + entry.signature.rules[0].first + ":"));
        printed.lines.push_back(fmt::format("{}\t{}\t{}\t{}\t{}\t{}", row.name, result,
                                            row.signature.substr(1, arrow - 2), name_of(entry.kind),
                                            !sql::trino::is_volatile(row.how.sql), about));
    }
    return printed;
}

}  // namespace freshet::query
