// Aggregates and window functions.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/functions/registry.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

SyntaxError no_null_treatment(const Expr& expr) {
    return SyntaxError{expr.at,
                       "Cannot specify null treatment clause for " + expr.text + " function",
                       ErrorCode::null_treatment_not_allowed};
}

}  // namespace

SyntaxResult<Typed> Analysis::aggregate(const Expr& expr, const Scope& scope) {
    if (expr.ignores_nulls) return std::unexpected(no_null_treatment(expr));
    if (expr.text == "listagg" && expr.order_by.empty())
        return std::unexpected(
            SyntaxError{expr.at, "mismatched input. Expecting: 'WITHIN GROUP' after listagg(...)"});
    if (phase_ == Phase::free && !expr.over) {
        return std::unexpected(
            SyntaxError{expr.at, "aggregate function '" + expr.text + "' is not allowed here",
                        ErrorCode::expression_not_scalar});
    }
    const Phase before = std::exchange(phase_, expr.over ? phase_ : Phase::free);
    const auto finish = [&]() -> SyntaxResult<Typed> {
        std::vector<Typed> arguments;
        const bool is_star =
            expr.arguments.size() == 1 && expr.arguments[0]->kind == ExprKind::star;
        if (!is_star) {
            if (!expr.over) {
                for (const auto& argument : expr.arguments) {
                    if (contains_aggregate(*argument))
                        return std::unexpected(SyntaxError{
                            expr.at,
                            "Cannot nest aggregations inside aggregation '" + expr.text + "'",
                            ErrorCode::nested_aggregation});
                }
            }
            FRESHET_TRY(made, values_of(expr.arguments, scope));
            arguments = std::move(*made);
        }
        std::string order;
        if (!expr.order_by.empty()) {
            FRESHET_TRY(clause, order_clause(expr.order_by, scope, {}, false));
            order = std::move(*clause);
        }
        std::string filter;
        if (expr.filter) {
            FRESHET_TRY(condition, boolean(*expr.filter, scope, "FILTER clause"));
            filter = " FILTER (WHERE " + condition->sql + ")";
        }
        if (is_star && expr.text != "count") return std::unexpected(no_overload(expr, {}));
        if (expr.over) {
            FRESHET_TRY(over, over_clause(expr, scope));
            filter += *over;
        }
        Expr plain;
        plain.kind = ExprKind::call;
        plain.at = expr.at;
        plain.text = expr.text;
        plain.is_distinct = expr.is_distinct;
        plain.unit = order;
        return registered_call(plain, std::move(arguments), filter);
    };
    auto made = finish();
    phase_ = before;
    return made;
}

SyntaxResult<std::string> Analysis::frame_clause(const Window& window, const Scope& scope) {
    const auto bound = [&](const Window::Bound& b) -> SyntaxResult<std::string> {
        if (!b.value) return b.kind;
        FRESHET_TRY(made, value(*b.value, scope));
        if (window.unit == "RANGE" && !made->type.is_numeric())
            return std::unexpected(
                SyntaxError{b.value->at, "RANGE with " + made->type.name() + " is not supported",
                            ErrorCode::not_supported});
        return made->sql + " " + b.kind;
    };
    FRESHET_TRY(from, bound(window.from));
    FRESHET_TRY(to, bound(window.to));
    return " " + window.unit + " BETWEEN " + *from + " AND " + *to;
}

SyntaxResult<std::string> Analysis::over_clause(const Expr& expr, const Scope& scope) {
    const Window* base = nullptr;
    if (!expr.over->base.empty()) {
        if (windows_) {
            for (const auto& [name, window] : *windows_) {
                if (name == expr.over->base) base = &window;
            }
        }
        if (!base)
            return std::unexpected(SyntaxError{expr.at,
                                               "Cannot resolve WINDOW name " + expr.over->base,
                                               ErrorCode::invalid_window_reference});
    }
    const Window& own = *expr.over;
    const auto& keys = base && own.partition_by.empty() ? base->partition_by : own.partition_by;
    const auto& order = base && own.order_by.empty() ? base->order_by : own.order_by;
    const Window& frame = base && own.unit.empty() ? *base : own;
    std::string sql = " OVER (";
    for (std::size_t i = 0; i < keys.size(); ++i) {
        FRESHET_TRY(key, value(*keys[i], scope));
        const std::string text =
            key->type.is(TypeKind::timestamp_tz) ? "tr_instant(" + key->sql + ")" : key->sql;
        sql += (i == 0 ? "PARTITION BY " : ", ") + text;
    }
    FRESHET_TRY(order_text, order_clause(order, scope, {}, false));
    sql += *order_text;
    if (!frame.unit.empty()) {
        FRESHET_TRY(text, frame_clause(frame, scope));
        sql += *text;
    }
    return sql + ")";
}

SyntaxResult<Typed> Analysis::windowed(const Expr& expr, const Scope& scope) {
    const std::string& name = expr.text;
    const auto not_built = [&](const std::string& what) {
        return std::unexpected(
            SyntaxError{expr.at, what + " is not supported", ErrorCode::not_supported});
    };
    if (!expr.order_by.empty()) return not_built("Window function with ORDER BY");
    if (name == "map_agg" || name == "multimap_agg" || name == "map_union")
        return not_built(name + " as a window function");
    if (is_aggregate(name)) return aggregate(expr, scope);
    if (expr.filter) return not_built("FILTER of window function " + name);
    if (expr.is_distinct) return not_built("DISTINCT in window function parameters");
    const bool is_of_row = name == "lag" || name == "lead" || name == "first_value" ||
                           name == "last_value" || name == "nth_value";
    if (expr.ignores_nulls && !is_of_row) return std::unexpected(no_null_treatment(expr));
    FRESHET_TRY(arguments, values_of(expr.arguments, scope));
    FRESHET_TRY(over, over_clause(expr, scope));
    const auto overloads = functions_named(name);
    if (!overloads.empty() && overloads[0].kind == FunctionKind::scalar)
        return std::unexpected(
            SyntaxError{expr.at, "Not a window function: " + name, ErrorCode::function_not_window});
    if (overloads.empty() || overloads[0].kind != FunctionKind::window) {
        std::vector<Shape> shapes;
        for (const Typed& argument : *arguments) shapes.push_back({argument.type});
        return std::unexpected(no_overload(expr, shapes));
    }
    return registered_call(expr, std::move(*arguments), *over);
}

}  // namespace freshet::sql::trino
