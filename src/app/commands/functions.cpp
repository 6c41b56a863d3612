// `freshet functions`: every function of Athena's SQL with its forms; docs/sql-athena-functions.md
// is its Markdown.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/commands/listing.h"
#include "sql/trino/functions/forms.h"

namespace freshet::app {
namespace {

using sql::trino::FunctionKind;

constexpr const char* introduction =
    R"(# Functions of Athena's SQL

Made from the program's own tables by `freshet functions --format markdown`; a test holds this page to it. T, K, V, S
and R stand for any type that the function takes, p and s for the precision and scale of a decimal. Arguments are
coerced as in Trino. `CAST` and `TRY_CAST` are syntax and not listed. Functions that are not listed are not built:
`FUNCTION_NOT_FOUND: line 1:8: Function 'x' not registered`.
)";

std::string markdown() {
    const auto all = sql::trino::listed_functions();
    std::string out = introduction;
    const auto section = [&](FunctionKind kind, const char* title, const char* note) {
        std::string rows;
        int count = 0;
        for (const auto& one : all) {
            if (one.kind != kind) continue;
            ++count;
            rows += fmt::format("| `{}` | `{}` |\n", one.name, fmt::join(one.forms, "`, `"));
        }
        out += fmt::format("\n## {} ({})\n\n{}| function | forms |\n| -- | -- |\n{}", title, count,
                           note, rows);
    };
    section(FunctionKind::scalar, "Scalar functions", "");
    section(FunctionKind::aggregate, "Aggregate functions",
            "All but `map_agg` are also window functions.\n\n");
    section(FunctionKind::window, "Window functions", "");
    return out;
}

std::string plain() {
    std::string out;
    for (const auto& one : sql::trino::listed_functions()) {
        for (const std::string& form : one.forms) out += one.name + form + "\n";
    }
    return out;
}

}  // namespace

void add_functions(CLI::App& app, cli::GlobalOptions& global) {
    add_listing(app, global, {"functions", "List the functions of Athena's SQL", plain, markdown});
}

}  // namespace freshet::app
