// Aggregates and window functions.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

const Type bigint = make_type(TypeKind::bigint);
const Type double_type = make_type(TypeKind::double_);
const Type boolean_type = make_type(TypeKind::boolean);

std::string_view engine_name(std::string_view name) {
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"stddev", "stddev_samp"}, {"variance", "var_samp"}, {"every", "bool_and"}};
    for (const auto& [ours, theirs] : names) {
        if (ours == name) return theirs;
    }
    return name;
}

/// `quantile` of `x` as DOUBLE, or a list of them, in the type that Trino gives: whole numbers are
/// bigint.
Typed percentile_of(const Typed& x, const std::string& quantile, bool is_list) {
    const Type type = x.type.is_integer()         ? bigint
                      : x.type.is(TypeKind::real) ? x.type
                                                  : double_type;
    const auto typed = [&](const std::string& sql) {
        return type == bigint ? "CAST(round(" + sql + ") AS BIGINT)"
                              : "CAST(" + sql + " AS " + engine_type(type) + ")";
    };
    if (!is_list) return Typed{typed(quantile), type};
    return Typed{"list_transform(" + quantile + ", lambda e0: " + typed("e0") + ")",
                 array_type(type)};
}

SyntaxError no_null_treatment(const Expr& expr) {
    return SyntaxError{expr.at,
                       "Cannot specify null treatment clause for " + expr.text + " function",
                       ErrorCode::null_treatment_not_allowed};
}

/// NULL when there are none.
std::string map_of_entries(const std::string& entries) {
    return bind_once({entries}, [](const std::vector<std::string>& names) {
        return "(CASE WHEN len(" + names[0] + ") > 0 THEN map_from_entries(tr_first_of_keys(" +
               names[0] + ")) END)";
    });
}

/// A form that Trino has and that is not built.
std::string form_not_built(const std::string& name, const std::vector<Typed>& a) {
    if (name == "approx_percentile" && (a.size() == 3 || a.size() == 4))
        return "approx_percentile with a weight or an accuracy";
    if ((name == "min" || name == "max") && a.size() == 2) return name + " with a number of values";
    if ((name == "min_by" || name == "max_by") && a.size() == 3)
        return name + " with a number of values";
    if ((name == "min" || name == "max") && a.size() == 1 &&
        (a[0].type.is(TypeKind::array) || a[0].type.is(TypeKind::row)))
        return name + " of " + a[0].type.name();
    return "";
}

/// `sum` with the type that Trino gives it; nothing for a type that has no sum.
std::optional<Typed> sum_of(const Type& type, const std::string& sum) {
    const auto as = [&](const Type& result, const std::string& cast) {
        return Typed{"CAST(" + sum + " AS " + cast + ")", result};
    };
    if (type.is_integer()) return as(bigint, "BIGINT");
    if (type.is_interval()) return as(type, "BIGINT");
    const bool is_decimal = type.is(TypeKind::decimal);
    if (!is_decimal && !type.is_floating()) return std::nullopt;
    const Type result = is_decimal ? decimal_type(38, type.scale) : type;
    return as(result, engine_type(result));
}

/// A call of an aggregate on its way into the engine.
struct AggregateCall {
    const Expr& expr;
    const std::vector<Typed>& arguments;
    const std::string& tail;  ///< FILTER and OVER

    bool is(std::string_view name, std::size_t count) const {
        return expr.text == name && arguments.size() == count;
    }
    bool takes(std::size_t i, const Type& type) const {
        return i < arguments.size() && coerces(arguments[i].type, type);
    }
    std::string as(std::size_t i, const Type& type) const { return coerce(arguments[i], type).sql; }
    std::string in_engine(std::string_view function, const std::string& list) const {
        return std::string(function) + "(" + (expr.is_distinct ? "DISTINCT " : "") + list +
               expr.unit + ")" + tail;
    }
};
/// One family of aggregates: nothing when the call is not one of them.
using AggregateFamily = std::optional<Typed> (*)(const AggregateCall& call);

std::optional<Typed> counting(const AggregateCall& call) {
    if (call.is("count", 0)) return Typed{call.in_engine("count", "*"), bigint};
    if (call.is("count", 1)) {
        const Typed& x = call.arguments[0];
        const bool is_zoned = x.type.is(TypeKind::timestamp_tz);
        return Typed{call.in_engine("count", is_zoned ? "tr_instant(" + x.sql + ")" : x.sql),
                     bigint};
    }
    if (call.is("count_if", 1) && call.takes(0, boolean_type))
        return Typed{
            call.in_engine("count", "CASE WHEN " + call.as(0, boolean_type) + " THEN 1 END"),
            bigint};
    if (call.is("approx_distinct", 1))
        return Typed{"approx_count_distinct(" + call.arguments[0].sql + ")" + call.tail, bigint};
    return std::nullopt;
}

std::optional<Typed> adding(const AggregateCall& call) {
    if (call.is("sum", 1))
        return sum_of(call.arguments[0].type, call.in_engine("sum", call.arguments[0].sql));
    if (!call.is("avg", 1)) return std::nullopt;
    const Typed& x = call.arguments[0];
    if (x.type.is(TypeKind::decimal))
        return Typed{
            "CAST(" + call.in_engine("tr_decimal_avg", x.sql) + " AS " + engine_type(x.type) + ")",
            x.type};
    if (x.type.is(TypeKind::real))
        return Typed{"CAST(" + call.in_engine("avg", x.sql) + " AS FLOAT)", x.type};
    if (!call.takes(0, double_type)) return std::nullopt;
    return Typed{call.in_engine("avg", call.as(0, double_type)), double_type};
}

/// Those that give one of the values.
std::optional<Typed> choosing(const AggregateCall& call) {
    const auto& a = call.arguments;
    if ((call.is("min", 1) || call.is("max", 1)) && is_orderable(a[0].type)) {
        Typed chosen{call.in_engine(call.expr.text, a[0].sql), a[0].type};
        chosen.is_utc = a[0].is_utc;
        return chosen;
    }
    if ((call.is("min_by", 2) || call.is("max_by", 2)) && is_orderable(a[1].type)) {
        Typed chosen{call.in_engine(call.expr.text == "min_by" ? "arg_min_null" : "arg_max_null",
                                    a[0].sql + ", " + a[1].sql),
                     a[0].type};
        chosen.is_utc = a[0].is_utc;
        return chosen;
    }
    if (call.is("arbitrary", 1) || call.is("any_value", 1))
        return Typed{call.in_engine("any_value", a[0].sql), a[0].type};
    if (!call.is("approx_percentile", 2) || !call.takes(0, double_type) || !a[1].is_constant)
        return std::nullopt;
    const bool is_one = call.takes(1, double_type);
    if (!is_one && !call.takes(1, array_type(double_type))) return std::nullopt;
    return percentile_of(
        a[0],
        call.in_engine("approx_quantile", call.as(0, double_type) + ", CAST(" + a[1].sql +
                                              (is_one ? " AS FLOAT)" : " AS FLOAT[])")),
        !is_one);
}

/// Those that keep all values.
std::optional<Typed> gathering(const AggregateCall& call) {
    const auto& a = call.arguments;
    if (call.is("array_agg", 1))
        return Typed{call.in_engine("list", a[0].sql), array_type(a[0].type)};
    if (call.is("map_agg", 2)) {
        const std::string entries =
            "list_filter(" +
            call.in_engine("list", "struct_pack(k := " + a[0].sql + ", v := " + a[1].sql + ")") +
            ", lambda e0: e0.k IS NOT NULL)";
        return Typed{map_of_entries(entries), map_type(a[0].type, a[1].type)};
    }
    const bool is_delimited =
        call.is("listagg", 2) && a[1].is_constant && call.takes(1, varchar_type());
    if ((!call.is("listagg", 1) && !is_delimited) || !call.takes(0, varchar_type()))
        return std::nullopt;
    return Typed{
        call.in_engine("string_agg", call.as(0, varchar_type()) + ", " +
                                         (is_delimited ? call.as(1, varchar_type()) : "''")),
        varchar_type()};
}

std::optional<Typed> of_bits(const AggregateCall& call) {
    if ((call.is("bool_and", 1) || call.is("bool_or", 1) || call.is("every", 1)) &&
        call.takes(0, boolean_type))
        return Typed{call.in_engine(engine_name(call.expr.text), call.as(0, boolean_type)),
                     boolean_type};
    if ((call.is("bitwise_and_agg", 1) || call.is("bitwise_or_agg", 1)) && call.takes(0, bigint))
        return Typed{call.in_engine(call.expr.text == "bitwise_and_agg" ? "bit_and" : "bit_or",
                                    call.as(0, bigint)),
                     bigint};
    return std::nullopt;
}

std::optional<Typed> of_statistics(const AggregateCall& call) {
    static constexpr std::string_view of_one[] = {
        "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "skewness"};
    static constexpr std::string_view of_two[] = {"corr", "covar_pop", "covar_samp", "regr_slope",
                                                  "regr_intercept"};
    const std::string& name = call.expr.text;
    if (!call.takes(0, double_type)) return std::nullopt;
    if (call.is("geometric_mean", 1))
        return Typed{
            "tr_exp(" + call.in_engine("avg", "tr_ln(" + call.as(0, double_type) + ")") + ")",
            double_type};
    if (std::ranges::find(of_one, name) != std::end(of_one) && call.arguments.size() == 1)
        return Typed{call.in_engine(engine_name(name), call.as(0, double_type)), double_type};
    if (std::ranges::find(of_two, name) != std::end(of_two) && call.arguments.size() == 2 &&
        call.takes(1, double_type))
        return Typed{call.in_engine(name, call.as(0, double_type) + ", " + call.as(1, double_type)),
                     double_type};
    return std::nullopt;
}

constexpr AggregateFamily aggregate_families[] = {counting,  adding,  choosing,
                                                  gathering, of_bits, of_statistics};

}  // namespace

SyntaxResult<Typed> Analysis::aggregate(const Expr& expr, const Scope& scope) {
    if (expr.ignores_nulls) return std::unexpected(no_null_treatment(expr));
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
        if (is_star && expr.text != "count")
            return std::unexpected(not_registered(expr, arguments));
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
        return aggregate_of(plain, arguments, filter);
    };
    auto made = finish();
    phase_ = before;
    return made;
}

SyntaxResult<Typed> Analysis::aggregate_of(const Expr& expr, const std::vector<Typed>& arguments,
                                           const std::string& tail) {
    if (const std::string form = form_not_built(expr.text, arguments); !form.empty())
        return std::unexpected(
            SyntaxError{expr.at, form + " is not supported", ErrorCode::not_supported});
    const AggregateCall call{expr, arguments, tail};
    for (const AggregateFamily family : aggregate_families) {
        if (auto made = family(call)) return std::move(*made);
    }
    return std::unexpected(not_registered(expr, arguments));
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
    if (name == "map_agg") return not_built("map_agg as a window function");
    if (is_aggregate(name)) return aggregate(expr, scope);
    if (expr.filter) return not_built("FILTER of window function " + name);
    if (expr.is_distinct) return not_built("DISTINCT in window function parameters");
    const bool is_of_row = name == "lag" || name == "lead" || name == "first_value" ||
                           name == "last_value" || name == "nth_value";
    if (expr.ignores_nulls && !is_of_row) return std::unexpected(no_null_treatment(expr));
    FRESHET_TRY(a, values_of(expr.arguments, scope));
    FRESHET_TRY(over, over_clause(expr, scope));
    if (name == "row_number" || name == "rank" || name == "dense_rank") {
        if (a->empty()) return Typed{name + "()" + *over, bigint};
    } else if (name == "percent_rank" || name == "cume_dist") {
        if (a->empty()) return Typed{name + "()" + *over, double_type};
    } else if (name == "ntile") {
        if (a->size() == 1 && coerces((*a)[0].type, bigint))
            return Typed{"ntile(" + coerce((*a)[0], bigint).sql + ")" + *over, bigint};
    } else if (is_of_row) {
        const bool shifts = name == "lag" || name == "lead";
        const std::size_t most = shifts ? 3 : name == "nth_value" ? 2 : 1;
        if (a->empty() || a->size() > most || (name == "nth_value" && a->size() != 2))
            return std::unexpected(not_registered(expr, *a));
        Typed made{"", (*a)[0].type};
        made.is_utc = (*a)[0].is_utc;
        std::string list = (*a)[0].sql;
        if (a->size() > 1) {
            if (!coerces((*a)[1].type, bigint)) return std::unexpected(not_registered(expr, *a));
            list += ", " + coerce((*a)[1], bigint).sql;
        }
        if (a->size() > 2) {
            if (!coerces((*a)[2].type, made.type)) return std::unexpected(not_registered(expr, *a));
            list += ", " + coerce((*a)[2], made.type).sql;
            made.is_utc = false;
        }
        made.sql = name + "(" + list + (expr.ignores_nulls ? " IGNORE NULLS" : "") + ")" + *over;
        return made;
    }
    return std::unexpected(not_registered(expr, *a));
}

}  // namespace freshet::sql::trino
