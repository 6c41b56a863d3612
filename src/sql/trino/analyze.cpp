// A whole statement: its query, what comes before it, and what the engine can take.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

/// How deep the parentheses and brackets of engine SQL are nested.
int depth_of(std::string_view sql) {
    int depth = 0, most = 0;
    bool is_quoted = false;
    for (const char c : sql) {
        if (c == '\'') is_quoted = !is_quoted;
        if (is_quoted) continue;
        if (c == '(' || c == '[') most = std::max(most, ++depth);
        if (c == ')' || c == ']') --depth;
    }
    return most;
}

}  // namespace

SyntaxResult<Analyzed> analyze(const Query& query, const TableMap& tables, const Context& context) {
    Analysis analysis(tables, context);
    FRESHET_TRY(made, analysis.query(query, nullptr));
    Analyzed analyzed;
    analyzed.sql = std::move(made->sql);
    if (context.rows_max) {
        analyzed.sql = "SELECT * FROM (" + analyzed.sql + ") AS answer LIMIT " +
                       std::to_string(*context.rows_max + 1);
    }
    analyzed.sql.insert(0, analysis.with_clause());
    if (analyzed.sql.size() > engine_text_bytes_max) {
        return std::unexpected(SyntaxError{query.at,
                                           "statement is too large: its plan is over " +
                                               std::to_string(engine_text_bytes_max >> 20U) +
                                               " MiB",
                                           ErrorCode::query_text_too_large});
    }
    if (depth_of(analyzed.sql) > engine_depth_max)
        return std::unexpected(SyntaxError{query.at, "statement is too deeply nested"});
    for (auto& field : made->fields) analyzed.columns.push_back({field.label, field.value.type});
    analyzed.scans = analysis.take_scans();
    return analyzed;
}

}  // namespace freshet::sql::trino
