// `freshet functions`: every function of Athena's SQL from the rows of its registry;
// docs/sql-athena-functions.md is its Markdown.
#include <fmt/format.h>

#include "app/commands/listing.h"
#include "sql/trino/functions/registry.h"

namespace freshet::app {
namespace {

using sql::trino::FunctionKind;

constexpr const char* introduction =
    R"(# Functions of Athena's SQL

Made from the program's own registry by `freshet functions --format markdown`; tests hold this page to it and run every
example. Signatures are in Trino's notation: a capital letter stands for any type, p and s for the precision and scale
of a decimal, p also for the digits of a second. Arguments are coerced as in Trino. `CAST` and `TRY_CAST` are syntax
and not listed. Functions that are not listed are not built:
`FUNCTION_NOT_FOUND: line 1:8: Function 'x' not registered`.
)";

/// In a cell of a table a bar is escaped.
std::string cell(std::string_view text) {
    std::string made;
    for (const char c : text) made += c == '|' ? "\\|" : std::string(1, c);
    return made;
}

std::string section(FunctionKind kind, const char* title, const char* note) {
    std::string rows;
    int count = 0;
    const auto all = sql::trino::functions();
    for (std::size_t i = 0; i < all.size();) {
        const auto& first = *all[i].row;
        std::string signatures;
        const bool is_wanted = all[i].kind == kind;
        for (; i < all.size() && all[i].row->name == first.name; ++i)
            signatures +=
                fmt::format("{}`{}`", signatures.empty() ? "" : ", ", all[i].row->signature);
        if (!is_wanted) continue;
        ++count;
        rows += fmt::format("| `{}` | {} | {} | `{}` is `{}` |\n", first.name, cell(first.about),
                            cell(signatures), cell(first.example), cell(first.gives));
    }
    return fmt::format(
        "\n## {} ({})\n\n{}| function | what it gives | signatures | example |\n| -- | -- | -- | "
        "-- |\n{}",
        title, count, note, rows);
}

std::string markdown() {
    return introduction + section(FunctionKind::scalar, "Scalar functions", "") +
           section(
               FunctionKind::aggregate, "Aggregate functions",
               "All but `map_agg`, `multimap_agg` and `map_union` are also window functions.\n\n") +
           section(FunctionKind::window, "Window functions", "");
}

std::string plain() {
    std::string out;
    for (const auto& entry : sql::trino::functions()) {
        if (entry.kind != FunctionKind::refused)
            out += std::string(entry.row->name) + std::string(entry.row->signature) + "\n";
    }
    return out;
}

}  // namespace

void add_functions(CLI::App& app, cli::GlobalOptions& global) {
    add_listing(app, global, {"functions", "List the functions of Athena's SQL", plain, markdown});
}

}  // namespace freshet::app
