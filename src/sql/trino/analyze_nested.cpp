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
using Names = std::vector<std::string>;

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

SyntaxResult<Analysis::LambdaBody> Analysis::lambda_body(const Expr& lambda,
                                                         const std::vector<Type>& parameters,
                                                         const Scope& scope, LambdaForm form) {
    if (lambda.kind != ExprKind::lambda || lambda.names.size() != parameters.size()) {
        return std::unexpected(mismatch_error(
            lambda.at,
            "Expected a lambda that takes " + std::to_string(parameters.size()) + " argument(s)"));
    }
    if (contains_query(*lambda.arguments[0]))
        return std::unexpected(SyntaxError{lambda.at, "Lambda expression cannot contain subqueries",
                                           ErrorCode::not_supported});
    static constexpr std::string_view fields[] = {".key", ".value", ".other"};
    Scope inner = scope;
    LambdaBody made;
    const bool is_packed = form == LambdaForm::packed && parameters.size() > 1;
    // By depth: the same expression has the same text as a group key and in the select list.
    const std::string first = "p" + std::to_string(inner.lambda.size());
    if (is_packed) made.names = first;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const std::string name =
            is_packed ? first + std::string(fields[i]) : "p" + std::to_string(inner.lambda.size());
        inner.lambda.emplace_back(lower_case(lambda.names[i]), Typed{name, parameters[i]});
        if (!is_packed) made.names += (i > 0 ? ", " : "") + name;
    }
    const Scope* grouped = grouped_scope_;
    if (grouped_scope_ == &scope) grouped_scope_ = &inner;
    auto body = value(*lambda.arguments[0], inner);
    grouped_scope_ = grouped;
    if (!body) return pass(body);
    made.body = std::move(*body);
    return made;
}

/// reduce() folds a list of one type: where the state is of another one than the elements, both
/// travel as the fields s and e of one.
SyntaxResult<Typed> Analysis::reduce_call(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(list, value(*expr.arguments[0], scope));
    FRESHET_TRY(start, value(*expr.arguments[1], scope));
    if (!list->type.is(TypeKind::array))
        return std::unexpected(
            no_overload(expr, {{list->type}, {start->type}, {Type{}, 2}, {Type{}, 1}}));
    const Type element = list->type.arguments[0];
    Type state = start->type.is(TypeKind::varchar) ? varchar_type() : start->type;
    auto probe = lambda_body(*expr.arguments[2], {state, element}, scope, LambdaForm::plain);
    if (!probe) return pass(probe);
    const auto common = common_type(state, probe->body.type);
    if (!common)
        return std::unexpected(mismatch_error(
            expr.arguments[2]->at, "reduce: the state is " + state.name() +
                                       " and the lambda gives " + probe->body.type.name()));
    // The body is analysed again only when the state turns out wider than its start.
    if (!(*common == state))
        probe = lambda_body(*expr.arguments[2], {*common, element}, scope, LambdaForm::plain);
    if (!probe) return pass(probe);
    state = *common;
    if (!coerces(probe->body.type, state))
        return std::unexpected(mismatch_error(
            expr.arguments[2]->at,
            "reduce: the lambda gives " + probe->body.type.name() + ", not " + state.name()));
    FRESHET_TRY(last, lambda_body(*expr.arguments[3], {state}, scope, LambdaForm::plain));
    const std::string step = coerce(probe->body, state).sql;
    const std::string no_element = "CAST(NULL AS " + engine_type(element) + ")";
    // A list that is NULL has no state either.
    std::string folded;
    if (engine_type(element) == engine_type(state)) {
        folded = "list_reduce(([" + coerce(*start, state).sql + "] || " + list->sql + "), lambda " +
                 probe->names + ": " + step + ")";
    } else {
        const auto comma = probe->names.find(", ");
        const auto named = [](const std::string& value, const std::string& name,
                              const std::string& body) {
            return "list_extract(list_transform([" + value + "], lambda " + name + ": " + body +
                   "), 1)";
        };
        const std::string once = named("x9.s", probe->names.substr(0, comma),
                                       named("y9.e", probe->names.substr(comma + 2), step));
        folded = "struct_extract(list_reduce([struct_pack(s := " + coerce(*start, state).sql +
                 ", e := " + no_element + ")] || list_transform(" + list->sql +
                 ", lambda e9: struct_pack(s := CAST(NULL AS " + engine_type(state) +
                 "), e := e9)), lambda x9, y9: struct_pack(s := " + once + ", e := " + no_element +
                 ")), 's')";
    }
    return Typed{"list_extract(list_transform([" + folded + "], lambda " + last->names + ": " +
                     last->body.sql + "), 1)",
                 last->body.type};
}

}  // namespace freshet::sql::trino
