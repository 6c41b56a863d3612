// Arrays, maps and rows, and the functions that take lambdas.
#include <algorithm>

#include "sql/trino/analysis.h"
#include "sql/trino/cast.h"
#include "sql/trino/parser.h"

namespace freshet::sql::trino {
namespace {

const Type bigint = make_type(TypeKind::bigint);
const Type boolean_type = make_type(TypeKind::boolean);

}  // namespace

SyntaxResult<Typed> Analysis::array(const Expr& expr, const Scope& scope) {
    FRESHET_PARSE(items, values_of(expr.arguments, scope));
    Type type;
    for (const auto& item : *items) {
        auto common = common_type(type, item.type);
        if (!common) return std::unexpected(mismatch_error(expr.at, "All ARRAY elements must be the same type: " + type.name() + ", " + item.type.name()));
        type = std::move(*common);
    }
    std::string sql = "CAST([";
    for (std::size_t i = 0; i < items->size(); ++i) sql += (i > 0 ? ", " : "") + coerce((*items)[i], type).sql;
    const Type whole = array_type(type);
    return Typed{sql + "] AS " + engine_type(whole) + ")", whole};
}

SyntaxResult<Typed> Analysis::row(const Expr& expr, const Scope& scope) {
    FRESHET_PARSE(items, values_of(expr.arguments, scope));
    Typed made{"struct_pack(", make_type(TypeKind::row)};
    for (std::size_t i = 0; i < items->size(); ++i) {
        made.sql += (i > 0 ? ", f" : "f") + std::to_string(i) + " := " + coerce((*items)[i], (*items)[i].type).sql;
        made.type.arguments.push_back((*items)[i].type);
        made.type.names.emplace_back();
    }
    made.sql += ")";
    return made;
}

SyntaxResult<Typed> Analysis::subscript(const Expr& expr, const Scope& scope) {
    FRESHET_PARSE(pair, values_of(expr.arguments, scope));
    const Typed &base = (*pair)[0], &index = (*pair)[1];
    if (base.type.is(TypeKind::array) && coerces(index.type, bigint)) {
        const std::string at = coerce(index, bigint).sql;
        return Typed{"list_extract(" + base.sql + ", tr_index(" + at + ", CAST(len(" + base.sql + ") AS BIGINT)))", base.type.arguments[0]};
    }
    if (base.type.is(TypeKind::map) && coerces(index.type, base.type.arguments[0])) {
        const std::string key = coerce(index, base.type.arguments[0]).sql;
        // The engine evaluates what is constant in a branch before any row takes it: the map's size, as no text at all, keeps it from that.
        const std::string late = "repeat('', CAST(cardinality(" + base.sql + ") AS BIGINT))";
        return Typed{"(CASE WHEN " + base.sql + " IS NULL OR " + key + " IS NULL THEN NULL WHEN map_contains(" + base.sql + ", " + key + ") THEN map_extract_value(" + base.sql + ", " + key +
                         ") WHEN tr_missing_key(CAST(" + key + " AS VARCHAR) || " + late + ") THEN NULL END)",
                     base.type.arguments[1]};
    }
    if (base.type.is(TypeKind::row) && index.text && index.type.is_integer()) {
        const int at = index.text->size() > 4 ? 0 : std::stoi(*index.text);
        if (at >= 1 && static_cast<std::size_t>(at) <= base.type.arguments.size()) {
            return Typed{"struct_extract(" + base.sql + ", 'f" + std::to_string(at - 1) + "')", base.type.arguments[static_cast<std::size_t>(at) - 1]};
        }
    }
    return std::unexpected(mismatch_error(expr.at, "Cannot subscript " + base.type.name() + " with " + index.type.name()));
}

SyntaxResult<std::pair<std::string, Type>> Analysis::lambda_body(const Expr& lambda, const std::vector<Type>& parameters, const Scope& scope) {
    if (lambda.kind != ExprKind::lambda || lambda.names.size() != parameters.size()) {
        return std::unexpected(mismatch_error(lambda.at, "Expected a lambda that takes " + std::to_string(parameters.size()) + " argument(s)"));
    }
    Scope inner = scope;
    std::string names;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string name = fresh("p");
        inner.lambda.emplace_back(lower_case(lambda.names[i]), Typed{name, parameters[i]});
        names += (i > 0 ? ", " : "") + name;
    }
    const Scope* grouped = grouped_scope_;
    if (grouped_scope_ == &scope) grouped_scope_ = &inner;
    auto body = value_of(*lambda.arguments[0], inner);
    grouped_scope_ = grouped;
    if (!body) return std::unexpected(body.error());
    return std::pair("lambda " + names + ": " + body->sql, body->type);
}

SyntaxResult<std::optional<Typed>> Analysis::lambda_call(const Expr& expr, const Scope& scope) {
    const std::string& name = expr.text;
    static constexpr std::string_view names[] = {"transform", "filter", "any_match", "all_match", "none_match"};
    if (name == "reduce" && expr.arguments.size() == 4) {
        FRESHET_PARSE(made, reduce_call(expr, scope));
        return std::optional(std::move(*made));
    }
    if (std::ranges::find(names, name) == std::end(names) || expr.arguments.size() != 2) return std::optional<Typed>();
    FRESHET_PARSE(list, value(*expr.arguments[0], scope));
    if (!list->type.is(TypeKind::array)) return std::unexpected(not_registered(expr, {*list}));
    FRESHET_PARSE(lambda, lambda_body(*expr.arguments[1], {list->type.arguments[0]}, scope));
    const auto& [text, type] = *lambda;
    if (name == "transform") return std::optional(Typed{"list_transform(" + list->sql + ", " + text + ")", array_type(type)});
    if (!coerces(type, boolean_type)) return std::unexpected(mismatch_error(expr.arguments[1]->at, "Expected a lambda that gives a boolean, not " + type.name()));
    if (name == "filter") return std::optional(Typed{"list_filter(" + list->sql + ", " + text + ")", list->type});
    // Three-valued: a NULL from the lambda counts only when no other answer decides.
    const std::string truths = "list_transform(" + list->sql + ", " + text + ")";
    const std::string seen = name == "all_match" ? "false" : "true";
    const std::string then = name == "any_match" ? "true" : "false";
    const std::string otherwise = name == "any_match" ? "false" : "true";
    return std::optional(Typed{"(CASE WHEN " + list->sql + " IS NULL THEN NULL WHEN list_contains(" + truths + ", " + seen + ") THEN " + then +
                                   " WHEN len(" + truths + ") > list_count(" + truths + ") THEN NULL ELSE " + otherwise + " END)",
                               boolean_type});
}

SyntaxResult<Typed> Analysis::reduce_call(const Expr& expr, const Scope& scope) {
    FRESHET_PARSE(list, value(*expr.arguments[0], scope));
    FRESHET_PARSE(start, value(*expr.arguments[1], scope));
    if (!list->type.is(TypeKind::array)) return std::unexpected(not_registered(expr, {*list, *start}));
    Type state = start->type.is(TypeKind::varchar) ? varchar_type() : start->type;
    FRESHET_PARSE(probe, lambda_body(*expr.arguments[2], {state, list->type.arguments[0]}, scope));
    const auto common = common_type(state, probe->second);
    if (!common) return std::unexpected(mismatch_error(expr.arguments[2]->at, "reduce: the state is " + state.name() + " and the lambda gives " + probe->second.name()));
    state = *common;
    FRESHET_PARSE(step, lambda_body(*expr.arguments[2], {state, list->type.arguments[0]}, scope));
    if (!(step->second == state) && !coerces(step->second, state)) return std::unexpected(mismatch_error(expr.arguments[2]->at, "reduce: the lambda gives " + step->second.name() + ", not " + state.name()));
    // The engine's reduce keeps one type for state and element: elements travel wrapped.
    if (!(list->type.arguments[0] == state)) {
        return std::unexpected(SyntaxError{expr.at, "reduce with a state of " + state.name() + " over " + list->type.name() + " is not supported", "NOT_SUPPORTED"});
    }
    FRESHET_PARSE(last, lambda_body(*expr.arguments[3], {state}, scope));
    const std::string folded = "list_reduce(list_prepend(" + coerce(*start, state).sql + ", " + list->sql + "), " + step->first + ")";
    return Typed{"list_extract(list_transform([" + folded + "], " + last->first + "), 1)", last->second};
}

SyntaxResult<std::optional<Typed>> Analysis::nested_call(const Expr& expr, std::vector<Typed>& a) {
    const std::string& name = expr.text;
    const auto some = [](std::string sql, Type type) { return std::optional(Typed{std::move(sql), std::move(type)}); };
    if (name == "map" && a.size() == 2 && a[0].type.is(TypeKind::array) && a[1].type.is(TypeKind::array)) {
        return some("map(" + a[0].sql + ", " + a[1].sql + ")", map_type(a[0].type.arguments[0], a[1].type.arguments[0]));
    }
    if (name == "sequence" && (a.size() == 2 || a.size() == 3) && std::ranges::all_of(a, [](const Typed& v) { return coerces(v.type, bigint); })) {
        const std::string from = coerce(a[0], bigint).sql, to = coerce(a[1], bigint).sql;
        const std::string step = a.size() == 3 ? coerce(a[2], bigint).sql : "(CASE WHEN " + from + " <= " + to + " THEN 1 ELSE -1 END)";
        return some("generate_series(" + from + ", " + to + ", " + step + ")", array_type(bigint));
    }
    if (a.empty()) return std::optional<Typed>();
    const Typed& x = a[0];
    if (x.type.is(TypeKind::map)) {
        if (name == "cardinality" && a.size() == 1) return some("CAST(cardinality(" + x.sql + ") AS BIGINT)", bigint);
        if (name == "map_keys" && a.size() == 1) return some("map_keys(" + x.sql + ")", array_type(x.type.arguments[0]));
        if (name == "map_values" && a.size() == 1) return some("map_values(" + x.sql + ")", array_type(x.type.arguments[1]));
        if (name == "element_at" && a.size() == 2 && coerces(a[1].type, x.type.arguments[0])) {
            return some("map_extract_value(" + x.sql + ", " + coerce(a[1], x.type.arguments[0]).sql + ")", x.type.arguments[1]);
        }
        return std::optional<Typed>();
    }
    if (!x.type.is(TypeKind::array)) return std::optional<Typed>();
    const Type& element = x.type.arguments[0];
    if (a.size() == 1) {
        const std::string whole = "len(" + x.sql + ") = list_count(" + x.sql + ")";
        if (name == "cardinality") return some("CAST(len(" + x.sql + ") AS BIGINT)", bigint);
        if (name == "reverse") return some("list_reverse(" + x.sql + ")", x.type);
        if (name == "array_sort" && orderable(element)) return some("list_sort(" + x.sql + ", 'ASC', 'NULLS LAST')", x.type);
        if (name == "array_max" && orderable(element)) return some("(CASE WHEN " + whole + " THEN list_max(" + x.sql + ") END)", element);
        if (name == "array_min" && orderable(element)) return some("(CASE WHEN " + whole + " THEN list_min(" + x.sql + ") END)", element);
        if (name == "flatten" && element.is(TypeKind::array)) return some("flatten(" + x.sql + ")", element);
        if (name == "array_distinct") {
            const std::string v = fresh("p"), i = fresh("p"), w = fresh("p");
            return some("list_filter(" + x.sql + ", lambda " + v + ", " + i + ": len(list_filter(list_slice(" + x.sql + ", 1, " + i + "), lambda " + w + ": " + w + " IS NOT DISTINCT FROM " + v + ")) = 1)", x.type);
        }
        return std::optional<Typed>();
    }
    if (name == "array_join" && a.size() <= 3 && a[1].type.is(TypeKind::varchar)) {
        const std::string v = fresh("p");
        FRESHET_PARSE(text, cast_value(Typed{v, element}, varchar_type(), false, expr.at));
        std::string list = "list_transform(" + x.sql + ", lambda " + v + ": " + (a.size() == 3 ? "coalesce(" + text->sql + ", " + a[2].sql + ")" : text->sql) + ")";
        if (a.size() == 2) {
            const std::string w = fresh("p");
            list = "list_filter(" + list + ", lambda " + w + ": " + w + " IS NOT NULL)";
        }
        return some("coalesce(array_to_string(" + list + ", " + a[1].sql + "), CASE WHEN " + x.sql + " IS NOT NULL THEN '' END)", varchar_type());
    }
    if (name == "slice" && a.size() == 3 && coerces(a[1].type, bigint) && coerces(a[2].type, bigint)) {
        const std::string from = coerce(a[1], bigint).sql, count = coerce(a[2], bigint).sql;
        const std::string start = "tr_slice_start(" + from + ", CAST(len(" + x.sql + ") AS BIGINT))";
        return some("list_slice(" + x.sql + ", " + start + ", " + start + " + tr_natural(" + count + ") - 1)", x.type);
    }
    if (a.size() != 2) return std::optional<Typed>();
    if (name == "element_at" && coerces(a[1].type, bigint)) return some("list_extract(" + x.sql + ", tr_nonzero(" + coerce(a[1], bigint).sql + "))", element);
    const auto common = common_type(element, a[1].type);
    if (!common) return std::optional<Typed>();
    const std::string list = coerce(x, array_type(*common)).sql, v = coerce(a[1], *common).sql;
    if (name == "contains") {
        return some("(CASE WHEN " + list + " IS NULL OR " + v + " IS NULL THEN NULL WHEN list_contains(" + list + ", " + v + ") THEN true WHEN len(" + list + ") > list_count(" + list + ") THEN NULL ELSE false END)", boolean_type);
    }
    if (name == "array_position") return some("(CASE WHEN " + list + " IS NULL OR " + v + " IS NULL THEN NULL ELSE CAST(coalesce(list_position(" + list + ", " + v + "), 0) AS BIGINT) END)", bigint);
    if (name == "array_remove") {
        const std::string w = fresh("p");
        return some("list_filter(" + list + ", lambda " + w + ": " + w + " IS DISTINCT FROM " + v + ")", array_type(*common));
    }
    return std::optional<Typed>();
}

}  // namespace freshet::sql::trino
