// Function calls: an overload of the registry is chosen by the arguments, lambdas included.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/functions/registry.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

std::vector<Shape> shapes_of(const std::vector<Typed>& arguments) {
    std::vector<Shape> shapes;
    for (const Typed& argument : arguments) shapes.push_back({argument.type});
    return shapes;
}

bool takes_lambda(const FunctionEntry& entry, std::size_t place) {
    return !entry.signature.arguments.empty() &&
           entry.signature.argument(place).kind == TypeKind::function;
}

/// Whether the one value that a generic function gives is in UTC, as those it is chosen from.
bool is_utc_of(const Chosen& chosen, const std::vector<Typed>& arguments) {
    const Signature& signature = chosen.entry->signature;
    bool is_utc = !signature.result.variable.empty();
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& variable = signature.argument(i).variable;
        if (!variable.empty() && variable == signature.result.variable)
            is_utc = is_utc && arguments[i].is_utc;
    }
    return is_utc;
}

/// The engine compares such values with their zones, Trino as instants.
bool holds_zones(const Type& type) {
    return type.is(TypeKind::timestamp_tz) || std::ranges::any_of(type.arguments, holds_zones);
}

}  // namespace

SyntaxResult<Typed> Analysis::call(const Expr& expr, const Scope& scope) {
    if (expr.over) return windowed(expr, scope);
    if (is_aggregate(expr.text)) return aggregate(expr, scope);
    if (expr.is_distinct || expr.filter || !expr.order_by.empty() || expr.ignores_nulls) {
        return std::unexpected(SyntaxError{
            expr.at,
            "DISTINCT, FILTER, ORDER BY and IGNORE NULLS are for aggregate and window functions: " +
                expr.text,
            ErrorCode::function_not_aggregate});
    }
    const auto overloads = functions_named(expr.text);
    if (overloads.empty()) return std::unexpected(no_overload(expr, {}));
    const Form form = overloads[0].row->how.form;
    const bool has_form = form && std::ranges::any_of(overloads, [&](const FunctionEntry& entry) {
                              return entry.signature.takes(expr.arguments.size());
                          });
    if (has_form) return form(*this, expr, scope);
    return scalar_call(expr, scope);
}

SyntaxResult<Typed> Analysis::scalar_call(const Expr& expr, const Scope& scope) {
    const auto overloads = functions_named(expr.text);
    std::vector<Typed> arguments;
    std::vector<Shape> shapes;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
        const Expr& argument = *expr.arguments[i];
        if (argument.kind == ExprKind::lambda) {
            if (std::ranges::none_of(overloads, [&](const FunctionEntry& entry) {
                    return takes_lambda(entry, i);
                })) {
                return std::unexpected(SyntaxError{
                    expr.at, expr.text + " with a lambda in this place is not supported",
                    ErrorCode::not_supported});
            }
            arguments.emplace_back();
            shapes.push_back({Type{}, static_cast<int>(argument.names.size())});
            continue;
        }
        FRESHET_TRY(made, value(argument, scope));
        bytes += made->sql.size();
        if (auto small = check_size(bytes, argument.at); !small) return pass(small);
        shapes.push_back({made->type});
        arguments.push_back(std::move(*made));
    }
    if (overloads[0].kind == FunctionKind::window)
        return std::unexpected(
            SyntaxError{expr.at, "Window function " + expr.text + " requires an OVER clause",
                        ErrorCode::missing_over});
    auto chosen = choose(overloads, shapes);
    if (!chosen) return std::unexpected(no_overload(expr, shapes));
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (!shapes[i].is_lambda()) continue;
        FRESHET_TRY(lambda,
                    lambda_argument(*expr.arguments[i], chosen->entry->signature.argument(i),
                                    chosen->bound, scope));
        arguments[i] = std::move(*lambda);
    }
    return carried_out(expr, *chosen, std::move(arguments), "");
}

/// The lambda with its result as the pattern says; binds what the result's type is.
SyntaxResult<Typed> Analysis::lambda_argument(const Expr& lambda, const TypePattern& pattern,
                                              Bindings& bound, const Scope& scope) {
    std::vector<Type> parameters;
    for (std::size_t i = 0; i + 1 < pattern.arguments.size(); ++i)
        parameters.push_back(bound_type(pattern.arguments[i], bound));
    FRESHET_TRY(made, lambda_body(lambda, parameters, scope, LambdaForm::packed));
    const TypePattern& wanted = pattern.arguments.back();
    if (fit(wanted, made->body.type, bound) == Fit::none) {
        return std::unexpected(mismatch_error(lambda.at, "Expected a lambda that gives " +
                                                             bound_type(wanted, bound).name() +
                                                             ", not " + made->body.type.name()));
    }
    Typed body = coerce(std::move(made->body), bound_type(wanted, bound));
    return Typed{"lambda " + made->names + ": " + body.sql, body.type};
}

SyntaxResult<Typed> Analysis::carried_out(const Expr& expr, const Chosen& chosen,
                                          std::vector<Typed> arguments, const std::string& tail) {
    const FunctionEntry& entry = *chosen.entry;
    for (const auto& [name, rule] : entry.signature.rules) {
        const auto bound = chosen.bound.types.find(name);
        if (rule == "comparable" && bound != chosen.bound.types.end() && holds_zones(bound->second))
            return std::unexpected(SyntaxError{
                expr.at, expr.text + " of " + bound->second.name() + " is not supported",
                ErrorCode::not_supported});
    }
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const TypePattern& pattern = entry.signature.argument(i);
        if (pattern.kind == TypeKind::function) continue;
        const bool is_utc = arguments[i].is_utc;
        arguments[i] = coerce(std::move(arguments[i]), bound_type(pattern, chosen.bound));
        arguments[i].is_utc = arguments[i].is_utc || is_utc;
    }
    const bool is_utc = is_utc_of(chosen, arguments);
    Call call{*this, expr, std::move(arguments), bound_type(entry.signature.result, chosen.bound),
              tail};
    SyntaxResult<Typed> made;
    if (entry.row->how.rewrite) {
        made = entry.row->how.rewrite(call);
    } else {
        made = call.made(filled(entry.row->how.sql, call));
    }
    if (made && made->type.is(TypeKind::timestamp_tz)) made->is_utc = made->is_utc || is_utc;
    return made;
}

SyntaxResult<Typed> Analysis::registered_call(const Expr& expr, std::vector<Typed> arguments,
                                              const std::string& tail) {
    const auto shapes = shapes_of(arguments);
    const auto chosen = choose(functions_named(expr.text), shapes);
    if (!chosen) return std::unexpected(no_overload(expr, shapes));
    return carried_out(expr, *chosen, std::move(arguments), tail);
}

SyntaxResult<Typed> Analysis::now_call(const Expr& expr, const Scope& scope) {
    const std::string& name = expr.text;
    if (name == "current_time")
        return std::unexpected(
            SyntaxError{expr.at, "time with time zone is not supported", ErrorCode::not_supported});
    const std::string stamp =
        "make_timestamp_ms(CAST(" + std::to_string(context_.now_ms) + " AS BIGINT))";
    if (name == "current_date")
        return Typed{"CAST(" + stamp + " AS DATE)", make_type(TypeKind::date)};
    Typed made{"tr_zoned(" + stamp + ", 'UTC')", timestamp_tz_type()};
    if (name == "localtimestamp") made = Typed{stamp, timestamp_type()};
    if (name == "localtime") made = Typed{"CAST(" + stamp + " AS TIME)", time_type()};
    made.is_utc = true;
    if (expr.arguments.empty()) return made;
    FRESHET_TRY(digits, value(*expr.arguments[0], scope));
    if (!digits->type.is_integer() || !digits->text || digits->text->size() > 2)
        return std::unexpected(SyntaxError{expr.at, name + ": the precision must be a number",
                                           ErrorCode::not_supported});
    Type type = made.type;
    type.precision = std::stoi(*digits->text);
    FRESHET_TRY(cut, cast_value(made, type, false, expr.at));
    cut->is_utc = true;
    return cut;
}

SyntaxResult<Typed> Analysis::nullif(const Expr& expr, std::vector<Typed> values) {
    std::optional<SyntaxError> problem;
    const Type type = values[0].type;
    std::string sql = bind_once(
        {values[0].sql, values[1].sql}, [&](const std::vector<std::string>& names) -> std::string {
            for (std::size_t i = 0; i < 2; ++i) values[i].sql = names[i];
            auto equal = comparison("=", values[0], values[1], expr.at);
            if (!equal) problem = equal.error();
            return equal ? "(CASE WHEN " + equal->sql + " THEN NULL ELSE " + names[0] + " END)"
                         : "";
        });
    if (problem) return std::unexpected(std::move(*problem));
    return Typed{std::move(sql), type};
}

/// IF, NULLIF, COALESCE.
SyntaxResult<Typed> Analysis::conditional(const Expr& expr, const Scope& scope) {
    std::optional<Typed> condition;
    std::vector<Typed> values;
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
        if (expr.text == "if" && i == 0) {
            FRESHET_TRY(made, boolean(*expr.arguments[0], scope, "IF condition"));
            condition = std::move(*made);
            continue;
        }
        FRESHET_TRY(made, value(*expr.arguments[i], scope));
        values.push_back(std::move(*made));
    }
    if (expr.text == "nullif") return nullif(expr, std::move(values));
    Type type;
    bool is_utc = true;
    for (const auto& v : values) {
        auto common = common_type(type, v.type);
        if (!common) {
            const char* what = expr.text == "if" ? "Result types for IF must be the same: "
                                                 : "All COALESCE operands must be the same type: ";
            return std::unexpected(
                mismatch_error(expr.at, what + type.name() + " and " + v.type.name()));
        }
        type = std::move(*common);
        is_utc = is_utc && (v.is_utc || !v.type.is(TypeKind::timestamp_tz));
    }
    Typed made{"", type};
    made.is_utc = is_utc;
    if (condition) {
        made.sql = "(CASE WHEN " + condition->sql + " THEN " + coerce(values[0], type).sql +
                   (values.size() > 1 ? " ELSE " + coerce(values[1], type).sql : "") + " END)";
        return made;
    }
    for (const auto& v : values)
        made.sql += (made.sql.empty() ? "coalesce(" : ", ") + coerce(v, type).sql;
    made.sql += ")";
    return made;
}

}  // namespace freshet::sql::trino
