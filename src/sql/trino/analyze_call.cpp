// Function calls: the special forms, the ones that take any type, and those chosen by signature.
#include <algorithm>

#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/functions/functions.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

/// The number of coercions that `arguments` need; nullopt when they do not fit.
std::optional<int> cost_of(const Function& function, const std::vector<Typed>& arguments) {
    std::string_view letters = function.arguments;
    const bool repeats = letters.ends_with('*');
    if (repeats) letters.remove_suffix(1);
    if (repeats ? arguments.size() < letters.size() : arguments.size() != letters.size())
        return std::nullopt;
    int cost = 0;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const Type wanted = type_of_letter(letters[std::min(i, letters.size() - 1)]);
        if (arguments[i].type == wanted ||
            (wanted.is_text() && arguments[i].type.is(TypeKind::varchar)))
            continue;
        if (!coerces(arguments[i].type, wanted)) return std::nullopt;
        // A nearer type is a better one: integer before bigint before double.
        cost += 100 + static_cast<int>(wanted.kind);
    }
    return cost;
}

std::string filled(std::string_view pattern, const std::vector<std::string>& arguments) {
    std::string sql;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] != '$') {
            sql += pattern[i];
            continue;
        }
        const char which = pattern[++i];
        if (which == '*') {
            for (std::size_t a = 0; a < arguments.size(); ++a)
                sql += (a > 0 ? ", " : "") + arguments[a];
        } else {
            sql += arguments[static_cast<std::size_t>(which - '1')];
        }
    }
    return sql;
}

std::optional<Typed> nothing() { return std::nullopt; }

}  // namespace

SyntaxError Analysis::not_registered(const Expr& expr, const std::vector<Typed>& arguments) const {
    if (!is_function(expr.text) && !is_aggregate(expr.text))
        return SyntaxError{expr.at, "Function '" + expr.text + "' not registered",
                           ErrorCode::function_not_found};
    std::string expected;
    for (const auto& function : functions()) {
        if (function.name != expr.text) continue;
        std::string signature;
        for (const char letter : function.arguments) {
            if (letter != '*')
                signature += (signature.empty() ? "" : ", ") + type_of_letter(letter).name();
        }
        expected += (expected.empty() ? "" : ", ") + expr.text + "(" + signature + ")";
    }
    std::string found;
    for (const auto& argument : arguments)
        found += (found.empty() ? "" : ", ") + argument.type.name();
    return SyntaxError{expr.at,
                       "Unexpected parameters (" + found + ") for function " + expr.text +
                           (expected.empty() ? "" : ". Expected: " + expected),
                       ErrorCode::function_not_found};
}

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
    FRESHET_TRY(special, special_call(expr, scope));
    if (*special) return std::move(**special);
    FRESHET_TRY(with_lambda, lambda_call(expr, scope));
    if (*with_lambda) return std::move(**with_lambda);
    if (std::ranges::any_of(expr.arguments, [](const ExprPtr& argument) {
            return argument->kind == ExprKind::lambda;
        })) {
        if (!is_function(expr.text)) return std::unexpected(not_registered(expr, {}));
        return std::unexpected(
            SyntaxError{expr.at, expr.text + " with a lambda in this place is not supported",
                        ErrorCode::not_supported});
    }
    FRESHET_TRY(arguments, values_of(expr.arguments, scope));
    FRESHET_TRY(any, polymorphic_call(expr, *arguments));
    if (*any) return std::move(**any);
    FRESHET_TRY(nested, nested_call(expr, *arguments));
    if (*nested) return std::move(**nested);
    FRESHET_TRY(time, time_call(expr, *arguments));
    if (*time) return std::move(**time);
    return registered_call(expr, *arguments);
}

SyntaxResult<Typed> Analysis::registered_call(const Expr& expr,
                                              const std::vector<Typed>& arguments) {
    const Function* best = nullptr;
    int best_cost = 0;
    for (const auto& function : functions()) {
        if (function.name != expr.text) continue;
        const auto cost = cost_of(function, arguments);
        if (cost && (!best || *cost < best_cost)) {
            best = &function;
            best_cost = *cost;
        }
    }
    if (!best) return std::unexpected(not_registered(expr, arguments));
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const char letter = best->arguments[std::min(i, best->arguments.find_last_not_of('*'))];
        texts.push_back(coerce(arguments[i], type_of_letter(letter)).sql);
    }
    Typed made{filled(best->sql, texts), Type{}};
    if (best->result == "=") {
        made.type = arguments[0].type.is(TypeKind::varchar) ? arguments[0].type : varchar_type();
    } else if (best->result.starts_with('A')) {
        made.type = array_type(type_of_letter(best->result[1]));
    } else {
        made.type = type_of_letter(best->result[0]);
    }
    // Small integers keep their type through abs, sign and the like.
    if (best->arguments == "i" && best->result == "i" && arguments[0].type.is_integer() &&
        best->name != "codepoint") {
        made.sql = "CAST(" + made.sql + " AS " + engine_type(arguments[0].type) + ")";
        made.type = arguments[0].type;
    }
    return made;
}

SyntaxResult<Typed> Analysis::now_call(const Expr& expr) {
    const std::string now = std::to_string(context_.now_ms);
    const std::string stamp = "make_timestamp_ms(CAST(" + now + " AS BIGINT))";
    if (expr.text == "current_date")
        return Typed{"CAST(" + stamp + " AS DATE)", make_type(TypeKind::date)};
    if (expr.text == "localtimestamp") return Typed{stamp, timestamp_type()};
    if (expr.text == "localtime")
        return Typed{"CAST(" + stamp + " AS TIME)", make_type(TypeKind::time)};
    if (expr.text == "current_time")
        return std::unexpected(
            SyntaxError{expr.at, "time with time zone is not supported", ErrorCode::not_supported});
    Typed made{"tr_zoned(" + stamp + ", 'UTC')", timestamp_tz_type()};
    made.is_utc = true;
    return made;
}

SyntaxResult<std::optional<Typed>> Analysis::special_call(const Expr& expr, const Scope& scope) {
    const std::string& name = expr.text;
    const std::size_t count = expr.arguments.size();
    if (count == 0 && (name == "now" || name == "current_timestamp" || name == "current_date" ||
                       name == "localtimestamp" || name == "localtime" || name == "current_time")) {
        FRESHET_TRY(made, now_call(expr));
        return std::optional(std::move(*made));
    }
    if (count == 0 && (name == "current_catalog" || name == "current_schema")) {
        return std::optional(Typed{
            quote_text(name == "current_schema" ? database_ : "awsdatacatalog"), varchar_type()});
    }
    if ((name == "if" && (count == 2 || count == 3)) || (name == "nullif" && count == 2) ||
        (name == "coalesce" && count > 0)) {
        FRESHET_TRY(made, conditional(expr, scope));
        return std::optional(std::move(*made));
    }
    if (name == "try" && count == 1) {
        FRESHET_TRY(inner, value(*expr.arguments[0], scope));
        inner->sql = "TRY(" + inner->sql + ")";
        inner->is_constant = false;
        inner->text.reset();
        inner->origin.reset();
        return std::optional(std::move(*inner));
    }
    return nothing();
}

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
    if (expr.text == "nullif") {
        std::optional<SyntaxError> problem;
        const Type type = values[0].type;
        std::string sql = bind_once({values[0].sql, values[1].sql},
                                    [&](const std::vector<std::string>& names) -> std::string {
                                        for (std::size_t i = 0; i < 2; ++i)
                                            values[i].sql = names[i];
                                        auto equal = comparison("=", values[0], values[1], expr.at);
                                        if (!equal) problem = equal.error();
                                        return equal ? "(CASE WHEN " + equal->sql +
                                                           " THEN NULL ELSE " + names[0] + " END)"
                                                     : "";
                                    });
        if (problem) return std::unexpected(std::move(*problem));
        return Typed{std::move(sql), type};
    }
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

SyntaxResult<std::optional<Typed>> Analysis::polymorphic_call(const Expr& expr,
                                                              std::vector<Typed>& arguments) {
    const std::string& name = expr.text;
    if (name == "typeof" && arguments.size() == 1)
        return std::optional(Typed{quote_text(arguments[0].type.name()), varchar_type()});
    if (name == "concat" && arguments.size() >= 2) {
        FRESHET_TRY(made, concatenation_of(arguments, expr.at));
        return std::optional(std::move(*made));
    }
    if ((name == "greatest" || name == "least") && !arguments.empty()) {
        Type type;
        for (const auto& v : arguments) {
            auto common = common_type(type, v.type);
            if (!common) return std::unexpected(not_registered(expr, arguments));
            type = std::move(*common);
        }
        if (!is_orderable(type) || type.is(TypeKind::timestamp_tz) || type.is(TypeKind::array) ||
            type.is(TypeKind::row))
            return std::unexpected(not_registered(expr, arguments));
        std::vector<std::string> texts;
        for (const auto& v : arguments) texts.push_back(coerce(v, type).sql);
        std::string sql = bind_once(texts, [&](const std::vector<std::string>& names) {
            std::string any_null, list;
            for (const auto& one : names) {
                any_null += (any_null.empty() ? "" : " OR ") + one + " IS NULL";
                list += (list.empty() ? "" : ", ") + one;
            }
            return "(CASE WHEN " + any_null + " THEN NULL ELSE " + name + "(" + list + ") END)";
        });
        return std::optional(Typed{std::move(sql), type});
    }
    // Decimals: the result's precision and scale follow from the argument's.
    if (arguments.empty() || !arguments[0].type.is(TypeKind::decimal)) return nothing();
    const Type& type = arguments[0].type;
    const Type whole =
        decimal_type(std::min(38, type.precision - type.scale + std::min(type.scale, 1)), 0);
    if (name == "abs" && arguments.size() == 1)
        return std::optional(
            Typed{"CAST(abs(" + arguments[0].sql + ") AS " + engine_type(type) + ")", type});
    if (arguments.size() == 1 &&
        (name == "ceil" || name == "ceiling" || name == "floor" || name == "round")) {
        const std::string engine = name == "ceiling" ? "ceil" : name;
        return std::optional(Typed{"CAST(" + engine + "(" + arguments[0].sql +
                                       (name == "round" ? ", 0" : "") + ") AS " +
                                       engine_type(whole) + ")",
                                   whole});
    }
    if (name == "round" && arguments.size() == 2 && arguments[1].is_constant && arguments[1].text &&
        arguments[1].type.is_integer()) {
        const Type rounded = decimal_type(std::min(38, type.precision + 1), type.scale);
        return std::optional(Typed{"CAST(round(" + arguments[0].sql + ", " + *arguments[1].text +
                                       ") AS " + engine_type(rounded) + ")",
                                   rounded});
    }
    if (name == "mod" && arguments.size() == 2) {
        FRESHET_TRY(made, arithmetic("%", arguments[0], arguments[1], expr.at));
        return std::optional(std::move(*made));
    }
    return nothing();
}

}  // namespace freshet::sql::trino
