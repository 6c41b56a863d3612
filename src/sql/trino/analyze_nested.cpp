// Arrays, maps and rows, and the functions that take lambdas.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

const Type bigint = make_type(TypeKind::bigint);
const Type boolean_type = make_type(TypeKind::boolean);
using Names = std::vector<std::string>;

/// Of whole numbers, dates or timestamps. The latter two are counted as days and microseconds since
/// 1970.
std::optional<Typed> sequence_of(const std::vector<Typed>& a) {
    if (a.size() != 2 && a.size() != 3) return std::nullopt;
    const bool has_step = a.size() == 3;
    const bool is_by_interval = has_step && a[2].type.is(TypeKind::interval_millis);
    Names bounds;
    Type type = bigint;
    std::string entry;
    if (std::ranges::all_of(a, [](const Typed& v) { return coerces(v.type, bigint); })) {
        for (const auto& v : a) bounds.push_back(coerce(v, bigint).sql);
    } else if (a[0].type.is(TypeKind::date) && a[1].type.is(TypeKind::date) &&
               (is_by_interval || !has_step)) {
        for (std::size_t i = 0; i < 2; ++i)
            bounds.push_back("(" + a[i].sql + " - DATE '1970-01-01')");
        if (has_step) bounds.push_back("tr_whole_days(" + a[2].sql + ")");
        type = a[0].type;
        entry = "DATE '1970-01-01' + CAST(e0 AS INTEGER)";
    } else if (is_by_interval && a[0].type.is(TypeKind::timestamp) && a[1].type == a[0].type) {
        for (std::size_t i = 0; i < 2; ++i) bounds.push_back("epoch_us(" + a[i].sql + ")");
        bounds.push_back("(" + a[2].sql + " * 1000)");
        type = a[0].type;
        entry = "make_timestamp(e0)";
    } else {
        return std::nullopt;
    }
    std::string sql = bind_once(bounds, [](const Names& names) {
        const std::string ends = names[0] + ", " + names[1];
        return "generate_series(" + ends + ", tr_sequence_step(" + ends +
               (names.size() == 3 ? ", " + names[2] : "") + "))";
    });
    if (!entry.empty()) sql = "list_transform(" + sql + ", lambda e0: " + entry + ")";
    return Typed{std::move(sql), array_type(type)};
}

/// A function of an array alone; nothing when it is not one.
std::optional<Typed> array_alone(const std::string& name, const Typed& x) {
    const Type& element = x.type.arguments[0];
    const auto extreme = [&](const std::string& function) {
        return bind_once({x.sql}, [&](const Names& names) {
            return "(CASE WHEN len(" + names[0] + ") = list_count(" + names[0] + ") THEN " +
                   function + "(" + names[0] + ") END)";
        });
    };
    if (name == "cardinality") return Typed{"CAST(len(" + x.sql + ") AS BIGINT)", bigint};
    if (name == "reverse") return Typed{"list_reverse(" + x.sql + ")", x.type};
    if (name == "array_sort" && is_orderable(element))
        return Typed{"list_sort(" + x.sql + ", 'ASC', 'NULLS LAST')", x.type};
    if (name == "array_max" && is_orderable(element)) return Typed{extreme("list_max"), element};
    if (name == "array_min" && is_orderable(element)) return Typed{extreme("list_min"), element};
    if (name == "flatten" && element.is(TypeKind::array))
        return Typed{"flatten(" + x.sql + ")", element};
    if (name != "array_distinct") return std::nullopt;
    return Typed{bind_once({x.sql},
                           [](const Names& names) {
                               return "list_filter(" + names[0] +
                                      ", lambda e0, e1: len(list_filter(list_slice(" + names[0] +
                                      ", 1, e1), lambda e2: e2 IS NOT DISTINCT FROM e0)) = 1)";
                           }),
                 x.type};
}

Typed array_slice(const Typed& x, const std::string& from, const std::string& count) {
    std::string sql = bind_once({x.sql, from, count}, [](const Names& names) {
        const std::string start =
            "tr_slice_start(" + names[1] + ", CAST(len(" + names[0] + ") AS BIGINT))";
        return "list_slice(" + names[0] + ", " + start + ", " + start + " + tr_natural(" +
               names[2] + ") - 1)";
    });
    return Typed{std::move(sql), x.type};
}

/// A function of an array and a value of its elements' type; nothing when it is not one.
std::optional<Typed> array_with_value(const std::string& name, const Typed& x, const Typed& value) {
    const auto common = common_type(x.type.arguments[0], value.type);
    if (!common) return std::nullopt;
    const std::vector<std::string> operands{coerce(x, array_type(*common)).sql,
                                            coerce(value, *common).sql};
    if (name == "contains")
        return Typed{bind_once(operands,
                               [](const Names& names) {
                                   return "(CASE WHEN " + names[0] + " IS NULL OR " + names[1] +
                                          " IS NULL THEN NULL WHEN list_contains(" + names[0] +
                                          ", " + names[1] + ") THEN true WHEN len(" + names[0] +
                                          ") > list_count(" + names[0] +
                                          ") THEN NULL ELSE false END)";
                               }),
                     boolean_type};
    if (name == "array_position")
        return Typed{bind_once(operands,
                               [](const Names& names) {
                                   return "(CASE WHEN " + names[0] + " IS NULL OR " + names[1] +
                                          " IS NULL THEN NULL ELSE CAST(coalesce(list_position(" +
                                          names[0] + ", " + names[1] + "), 0) AS BIGINT) END)";
                               }),
                     bigint};
    if (name != "array_remove") return std::nullopt;
    return Typed{bind_once(operands,
                           [](const Names& names) {
                               return "list_filter(" + names[0] +
                                      ", lambda e0: e0 IS DISTINCT FROM " + names[1] + ")";
                           }),
                 array_type(*common)};
}

}  // namespace

SyntaxResult<Typed> Analysis::array(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(items, values_of(expr.arguments, scope));
    Type type;
    for (const auto& item : *items) {
        auto common = common_type(type, item.type);
        if (!common)
            return std::unexpected(
                mismatch_error(expr.at, "All ARRAY elements must be the same type: " + type.name() +
                                            ", " + item.type.name()));
        type = std::move(*common);
    }
    std::string sql = "CAST([";
    for (std::size_t i = 0; i < items->size(); ++i)
        sql += (i > 0 ? ", " : "") + coerce((*items)[i], type).sql;
    const Type whole = array_type(type);
    Typed made{sql + "] AS " + engine_type(whole) + ")", whole};
    made.is_constant =
        std::ranges::all_of(*items, [](const Typed& item) { return item.is_constant; });
    return made;
}

SyntaxResult<Typed> Analysis::row(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(items, values_of(expr.arguments, scope));
    Typed made{"struct_pack(", make_type(TypeKind::row)};
    for (std::size_t i = 0; i < items->size(); ++i) {
        made.sql += (i > 0 ? ", f" : "f") + std::to_string(i) +
                    " := " + coerce((*items)[i], (*items)[i].type).sql;
        made.type.arguments.push_back((*items)[i].type);
        made.type.names.emplace_back();
    }
    made.sql += ")";
    return made;
}

SyntaxResult<Typed> Analysis::subscript(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(pair, values_of(expr.arguments, scope));
    const Typed &base = (*pair)[0], &index = (*pair)[1];
    if (base.type.is(TypeKind::array) && coerces(index.type, bigint)) {
        std::string sql = bind_once({base.sql, coerce(index, bigint).sql}, [](const Names& names) {
            return "list_extract(" + names[0] + ", tr_index(" + names[1] + ", CAST(len(" +
                   names[0] + ") AS BIGINT)))";
        });
        return Typed{std::move(sql), base.type.arguments[0]};
    }
    if (base.type.is(TypeKind::map) && coerces(index.type, base.type.arguments[0])) {
        std::string sql = bind_once(
            {base.sql, coerce(index, base.type.arguments[0]).sql}, [](const Names& names) {
                const std::string &map = names[0], &key = names[1];
                // The engine evaluates what is constant in a branch before any row takes it: the
                // map's size, as no text at all, keeps it from that.
                const std::string late = "repeat('', CAST(cardinality(" + map + ") AS BIGINT))";
                return "(CASE WHEN " + map + " IS NULL OR " + key +
                       " IS NULL THEN NULL WHEN map_contains(" + map + ", " + key +
                       ") THEN map_extract_value(" + map + ", " + key +
                       ") WHEN tr_missing_key(CAST(" + key + " AS VARCHAR) || " + late +
                       ") THEN NULL END)";
            });
        return Typed{std::move(sql), base.type.arguments[1]};
    }
    if (base.type.is(TypeKind::row) && index.text && index.type.is_integer()) {
        const int at = index.text->size() > 4 ? 0 : std::stoi(*index.text);
        if (at >= 1 && static_cast<std::size_t>(at) <= base.type.arguments.size()) {
            return Typed{"struct_extract(" + base.sql + ", 'f" + std::to_string(at - 1) + "')",
                         base.type.arguments[static_cast<std::size_t>(at) - 1]};
        }
    }
    return std::unexpected(mismatch_error(
        expr.at, "Cannot subscript " + base.type.name() + " with " + index.type.name()));
}

SyntaxResult<std::pair<std::string, Type>> Analysis::lambda_body(
    const Expr& lambda, const std::vector<Type>& parameters, const Scope& scope) {
    if (lambda.kind != ExprKind::lambda || lambda.names.size() != parameters.size()) {
        return std::unexpected(mismatch_error(
            lambda.at,
            "Expected a lambda that takes " + std::to_string(parameters.size()) + " argument(s)"));
    }
    if (contains_query(*lambda.arguments[0]))
        return std::unexpected(SyntaxError{lambda.at, "Lambda expression cannot contain subqueries",
                                           ErrorCode::not_supported});
    Scope inner = scope;
    std::string names;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        // By depth: the same expression has the same text as a group key and in the select list.
        const std::string name = "p" + std::to_string(inner.lambda.size());
        inner.lambda.emplace_back(lower_case(lambda.names[i]), Typed{name, parameters[i]});
        names += (i > 0 ? ", " : "") + name;
    }
    const Scope* grouped = grouped_scope_;
    if (grouped_scope_ == &scope) grouped_scope_ = &inner;
    auto body = value(*lambda.arguments[0], inner);
    grouped_scope_ = grouped;
    if (!body) return pass(body);
    return std::pair("lambda " + names + ": " + body->sql, body->type);
}

SyntaxResult<std::optional<Typed>> Analysis::lambda_call(const Expr& expr, const Scope& scope) {
    const std::string& name = expr.text;
    static constexpr std::string_view names[] = {"transform", "filter", "any_match", "all_match",
                                                 "none_match"};
    if (name == "reduce" && expr.arguments.size() == 4) {
        FRESHET_TRY(made, reduce_call(expr, scope));
        return std::optional(std::move(*made));
    }
    if (std::ranges::find(names, name) == std::end(names) || expr.arguments.size() != 2)
        return std::optional<Typed>();
    FRESHET_TRY(list, value(*expr.arguments[0], scope));
    if (!list->type.is(TypeKind::array)) return std::unexpected(not_registered(expr, {*list}));
    FRESHET_TRY(lambda, lambda_body(*expr.arguments[1], {list->type.arguments[0]}, scope));
    const auto& [text, type] = *lambda;
    if (name == "transform")
        return std::optional(
            Typed{"list_transform(" + list->sql + ", " + text + ")", array_type(type)});
    if (!coerces(type, boolean_type))
        return std::unexpected(mismatch_error(
            expr.arguments[1]->at, "Expected a lambda that gives a boolean, not " + type.name()));
    if (name == "filter")
        return std::optional(Typed{"list_filter(" + list->sql + ", " + text + ")", list->type});
    // Three-valued: a NULL from the lambda counts only when no other answer decides.
    const std::string seen = name == "all_match" ? "false" : "true";
    const std::string then = name == "any_match" ? "true" : "false";
    const std::string otherwise = name == "any_match" ? "false" : "true";
    std::string sql =
        bind_once({"list_transform(" + list->sql + ", " + text + ")"}, [&](const Names& names) {
            const std::string& truths = names[0];
            return "(CASE WHEN " + truths + " IS NULL THEN NULL WHEN list_contains(" + truths +
                   ", " + seen + ") THEN " + then + " WHEN len(" + truths + ") > list_count(" +
                   truths + ") THEN NULL ELSE " + otherwise + " END)";
        });
    return std::optional(Typed{std::move(sql), boolean_type});
}

SyntaxResult<Typed> Analysis::reduce_call(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(list, value(*expr.arguments[0], scope));
    FRESHET_TRY(start, value(*expr.arguments[1], scope));
    if (!list->type.is(TypeKind::array))
        return std::unexpected(not_registered(expr, {*list, *start}));
    Type state = start->type.is(TypeKind::varchar) ? varchar_type() : start->type;
    auto probe = lambda_body(*expr.arguments[2], {state, list->type.arguments[0]}, scope);
    if (!probe) return pass(probe);
    const auto common = common_type(state, probe->second);
    if (!common)
        return std::unexpected(mismatch_error(expr.arguments[2]->at,
                                              "reduce: the state is " + state.name() +
                                                  " and the lambda gives " + probe->second.name()));
    // The body is analysed again only when the state turns out wider than its start.
    auto step = std::move(probe);
    if (!(*common == state))
        step = lambda_body(*expr.arguments[2], {*common, list->type.arguments[0]}, scope);
    if (!step) return pass(step);
    state = *common;
    if (!(step->second == state) && !coerces(step->second, state))
        return std::unexpected(mismatch_error(
            expr.arguments[2]->at,
            "reduce: the lambda gives " + step->second.name() + ", not " + state.name()));
    // The engine's reduce keeps one type for state and element: elements travel wrapped.
    if (!(list->type.arguments[0] == state)) {
        return std::unexpected(SyntaxError{expr.at,
                                           "reduce with a state of " + state.name() + " over " +
                                               list->type.name() + " is not supported",
                                           ErrorCode::not_supported});
    }
    FRESHET_TRY(last, lambda_body(*expr.arguments[3], {state}, scope));
    const std::string folded = "list_reduce(list_prepend(" + coerce(*start, state).sql + ", " +
                               list->sql + "), " + step->first + ")";
    return Typed{"list_extract(list_transform([" + folded + "], " + last->first + "), 1)",
                 last->second};
}

SyntaxResult<std::optional<Typed>> Analysis::nested_call(const Expr& expr, std::vector<Typed>& a) {
    const std::string& name = expr.text;
    const auto some = [](std::string sql, Type type) {
        return std::optional(Typed{std::move(sql), std::move(type)});
    };
    if (name == "map" && a.size() == 2 && a[0].type.is(TypeKind::array) &&
        a[1].type.is(TypeKind::array)) {
        return some("map(" + a[0].sql + ", " + a[1].sql + ")",
                    map_type(a[0].type.arguments[0], a[1].type.arguments[0]));
    }
    if (name == "sequence") {
        if (auto made = sequence_of(a)) return made;
        if (a.size() == 3 && a[2].type.is_interval()) {
            return std::unexpected(SyntaxError{expr.at,
                                               "sequence of " + a[0].type.name() + " and " +
                                                   a[1].type.name() + " with a step of " +
                                                   a[2].type.name() + " is not supported",
                                               ErrorCode::not_supported});
        }
    }
    if (a.empty()) return std::optional<Typed>();
    const Typed& x = a[0];
    if (x.type.is(TypeKind::map)) {
        if (name == "cardinality" && a.size() == 1)
            return some("CAST(cardinality(" + x.sql + ") AS BIGINT)", bigint);
        if (name == "map_keys" && a.size() == 1)
            return some("map_keys(" + x.sql + ")", array_type(x.type.arguments[0]));
        if (name == "map_values" && a.size() == 1)
            return some("map_values(" + x.sql + ")", array_type(x.type.arguments[1]));
        if (name == "element_at" && a.size() == 2 && coerces(a[1].type, x.type.arguments[0])) {
            return some(
                "map_extract_value(" + x.sql + ", " + coerce(a[1], x.type.arguments[0]).sql + ")",
                x.type.arguments[1]);
        }
        return std::optional<Typed>();
    }
    if (!x.type.is(TypeKind::array)) return std::optional<Typed>();
    return array_call(expr, a);
}

SyntaxResult<Typed> Analysis::array_join(const Expr& expr, const std::vector<Typed>& a) {
    if (!a[1].is_constant)
        return std::unexpected(SyntaxError{
            expr.at, "array_join with a delimiter that is not a literal is not supported",
            ErrorCode::not_supported});
    if (a.size() == 3 && !coerces(a[2].type, varchar_type()))
        return std::unexpected(not_registered(expr, a));
    const Typed element{"e0", a[0].type.arguments[0]};
    FRESHET_TRY(text, cast_value(element, varchar_type(), false, expr.at));
    std::vector<std::string> operands{a[0].sql};
    if (a.size() == 3) operands.push_back(coerce(a[2], varchar_type()).sql);
    std::string sql = bind_once(operands, [&](const Names& names) {
        std::string list =
            "list_transform(" + names[0] + ", lambda e0: " +
            (a.size() == 3 ? "coalesce(" + text->sql + ", " + names[1] + ")" : text->sql) + ")";
        if (a.size() == 2) list = "list_filter(" + list + ", lambda e1: e1 IS NOT NULL)";
        return "coalesce(array_to_string(" + list + ", " + a[1].sql + "), CASE WHEN " + names[0] +
               " IS NOT NULL THEN '' END)";
    });
    return Typed{std::move(sql), varchar_type()};
}

/// A function of an array and, when it has more arguments, of plain values.
SyntaxResult<std::optional<Typed>> Analysis::array_call(const Expr& expr, std::vector<Typed>& a) {
    const std::string& name = expr.text;
    if (a.size() == 1) return array_alone(name, a[0]);
    if (name == "array_join" && a.size() <= 3 && a[1].type.is(TypeKind::varchar)) {
        FRESHET_TRY(joined, array_join(expr, a));
        return std::optional(std::move(*joined));
    }
    if (name == "slice" && a.size() == 3 && coerces(a[1].type, bigint) &&
        coerces(a[2].type, bigint))
        return array_slice(a[0], coerce(a[1], bigint).sql, coerce(a[2], bigint).sql);
    if (a.size() != 2) return std::optional<Typed>();
    if (name == "element_at" && coerces(a[1].type, bigint))
        return std::optional(
            Typed{"list_extract(" + a[0].sql + ", tr_nonzero(" + coerce(a[1], bigint).sql + "))",
                  a[0].type.arguments[0]});
    return array_with_value(name, a[0], a[1]);
}

}  // namespace freshet::sql::trino
