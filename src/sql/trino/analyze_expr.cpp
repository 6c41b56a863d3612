// Expressions: columns, operators, predicates and subqueries, each with its Trino type.
#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/stack.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"
#include "sql/trino/parse/tree_walk.h"

namespace freshet::sql::trino {
namespace {

SyntaxError operator_error(const std::string& op, const Type& a, const Type& b, Position at) {
    return mismatch_error(at, "Cannot apply operator: " + a.name() + " " + op + " " + b.name());
}

Typed boolean_of(std::string sql) { return Typed{std::move(sql), make_type(TypeKind::boolean)}; }

}  // namespace

SyntaxError mismatch_error(Position at, std::string message) {
    return SyntaxError{at, std::move(message), ErrorCode::type_mismatch};
}

bool contains_aggregate(const Expr& expr) {
    return contains(expr, [](const Expr& one) {
        return one.kind == ExprKind::grouping ||
               (one.kind == ExprKind::call && !one.over && is_aggregate(one.text));
    });
}

bool contains_query(const Expr& expr) {
    return contains(expr, [](const Expr& one) { return one.query != nullptr; });
}

SyntaxResult<> Analysis::enter(Position at) {
    if (context_.cancelled && *context_.cancelled)
        return std::unexpected(SyntaxError{at, "Query was canceled", ErrorCode::user_canceled});
    if (++depth_ <= tree_height_max && stack_has_room()) return {};
    return std::unexpected(SyntaxError{at, "statement is too deeply nested"});
}

SyntaxResult<> Analysis::check_size(std::size_t bytes, Position at) const {
    if (bytes <= engine_text_bytes_max) return {};
    return std::unexpected(
        SyntaxError{at,
                    "statement is too large: the plan of this expression is over " +
                        std::to_string(engine_text_bytes_max >> 20U) + " MiB",
                    ErrorCode::query_text_too_large});
}

SyntaxResult<Typed> Analysis::value(const Expr& expr, const Scope& scope) {
    if (auto entered = enter(expr.at); !entered) return pass(entered);
    SyntaxResult<Typed> made;
    bool is_done = false;
    // A whole expression that is a group key is a value, whatever columns it has. One with a
    // subquery never is.
    if (phase_ == Phase::grouped && expr.kind != ExprKind::lambda && !contains_aggregate(expr) &&
        !contains_query(expr)) {
        phase_ = Phase::free;
        made = value_of(expr, scope);
        phase_ = Phase::grouped;
        is_done = !made || std::ranges::find(group_keys_, made->sql) != group_keys_.end();
    }
    if (!is_done) made = value_of(expr, scope);
    if (made) {
        if (auto small = check_size(made->sql.size(), expr.at); !small) return pass(small);
    }
    --depth_;
    return made;
}

SyntaxResult<Typed> Analysis::value_of(const Expr& expr, const Scope& scope) {
    switch (expr.kind) {
        case ExprKind::null_literal:
        case ExprKind::boolean_literal:
        case ExprKind::integer_literal:
        case ExprKind::decimal_literal:
        case ExprKind::double_literal:
        case ExprKind::string_literal:
        case ExprKind::binary_literal:
            return literal(expr);
        case ExprKind::typed_literal:
            return typed_literal(expr);
        case ExprKind::interval_literal:
            return interval_literal(expr);
        case ExprKind::parameter:
            return parameter(expr, scope);
        case ExprKind::column:
            return column(expr, scope);
        case ExprKind::call:
            return call(expr, scope);
        case ExprKind::unary:
            return unary(expr, scope);
        case ExprKind::binary:
            return binary(expr, scope);
        case ExprKind::chain:
            return chain(expr, scope);
        case ExprKind::between:
            return between(expr, scope);
        case ExprKind::in_list:
            return in_list(expr, scope);
        case ExprKind::in_query:
        case ExprKind::exists:
        case ExprKind::scalar_query:
        case ExprKind::quantified:
            return with_query(expr, scope);
        case ExprKind::like:
            return like(expr, scope);
        case ExprKind::case_when:
            return case_when(expr, scope);
        case ExprKind::array:
            return array(expr, scope);
        case ExprKind::row:
            return row(expr, scope);
        case ExprKind::subscript:
            return subscript(expr, scope);
        case ExprKind::at_time_zone:
            return at_time_zone(expr, scope);
        case ExprKind::is_null:
        case ExprKind::cast:
        case ExprKind::extract:
        case ExprKind::field:
            return of_one(expr, scope);
        case ExprKind::is_distinct:
            return is_distinct(expr, scope);
        case ExprKind::grouping:
            return grouping(expr, scope);
        case ExprKind::lambda:
            return std::unexpected(mismatch_error(
                expr.at, "Lambda expression should always be used inside a function"));
        case ExprKind::star:
            break;
    }
    return std::unexpected(SyntaxError{expr.at, "mismatched input. Expecting: <expression>"});
}

SyntaxResult<Typed> Analysis::of_one(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(inner, value(*expr.arguments[0], scope));
    if (expr.kind == ExprKind::cast) return cast_value(*inner, expr.type, expr.is_safe, expr.at);
    if (expr.kind == ExprKind::extract) return part_of(expr, *inner);
    if (expr.kind == ExprKind::field) return field_of(*inner, expr.text, expr.at);
    FRESHET_CHECK(expr.kind == ExprKind::is_null);
    return boolean_of("(" + inner->sql + (expr.is_negated ? " IS NOT NULL)" : " IS NULL)"));
}

SyntaxResult<Typed> Analysis::is_distinct(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(pair, values_of(expr.arguments, scope));
    auto common = common_type((*pair)[0].type, (*pair)[1].type);
    if (!common)
        return std::unexpected(
            operator_error("IS DISTINCT FROM", (*pair)[0].type, (*pair)[1].type, expr.at));
    const bool is_zoned = common->is(TypeKind::timestamp_tz);
    const std::string left = coerce((*pair)[0], *common).sql,
                      right = coerce((*pair)[1], *common).sql;
    return boolean_of("(" + (is_zoned ? "tr_instant(" + left + ")" : left) + " IS " +
                      (expr.is_negated ? "NOT " : "") + "DISTINCT FROM " +
                      (is_zoned ? "tr_instant(" + right + ")" : right) + ")");
}

SyntaxResult<Typed> Analysis::grouping(const Expr& expr, const Scope& scope) {
    std::string sql = "CAST(grouping(";
    for (std::size_t i = 0; i < expr.arguments.size(); ++i) {
        FRESHET_TRY(key, value(*expr.arguments[i], scope));
        sql += (i > 0 ? ", " : "") + key->sql;
    }
    return Typed{sql + ") AS INTEGER)", make_type(TypeKind::integer)};
}

SyntaxResult<std::vector<Typed>> Analysis::values_of(const std::vector<ExprPtr>& list,
                                                     const Scope& scope) {
    std::vector<Typed> made;
    std::size_t bytes = 0;
    for (const auto& expr : list) {
        FRESHET_TRY(one, value(*expr, scope));
        bytes += one->sql.size();
        if (auto small = check_size(bytes, expr->at); !small) return pass(small);
        made.push_back(std::move(*one));
    }
    return made;
}

SyntaxResult<Typed> Analysis::boolean(const Expr& expr, const Scope& scope,
                                      std::string_view where) {
    FRESHET_TRY(made, value(expr, scope));
    if (!coerces(made->type, make_type(TypeKind::boolean))) {
        return std::unexpected(mismatch_error(
            expr.at,
            std::string(where) + " must evaluate to a boolean: actual type " + made->type.name()));
    }
    return coerce(std::move(*made), make_type(TypeKind::boolean));
}

SyntaxResult<Typed> Analysis::column(const Expr& expr, const Scope& scope) {
    std::string whole = expr.names[0];
    for (std::size_t i = 1; i < expr.names.size(); ++i) whole += "." + expr.names[i];
    std::vector<std::string> names;
    for (const auto& name : expr.names) names.push_back(lower_case(name));
    for (const Scope* at = &scope; at != nullptr; at = at->outer) {
        for (std::size_t i = at->lambda.size(); i > 0; --i) {
            if (at->lambda[i - 1].first != names[0]) continue;
            Typed made = at->lambda[i - 1].second;
            for (std::size_t n = 1; n < names.size(); ++n) {
                FRESHET_TRY(next, field_of(made, names[n], expr.at));
                made = std::move(*next);
            }
            return made;
        }
        // The longest qualifier first: catalog.database.table.column, then a column and fields of
        // its row.
        for (std::size_t qualifier = std::min<std::size_t>(names.size() - 1, 3) + 1; qualifier > 0;
             --qualifier) {
            const std::size_t parts = qualifier - 1;
            const Field* found = nullptr;
            for (const auto& field : at->fields) {
                if (field.name != names[parts] ||
                    (parts > 0 && field.relation != names[parts - 1]) ||
                    (parts > 1 && field.database != names[parts - 2])) {
                    continue;
                }
                if (found)
                    return std::unexpected(SyntaxError{
                        expr.at, "Column '" + whole + "' is ambiguous", ErrorCode::ambiguous_name});
                found = &field;
            }
            if (!found) continue;
            Typed made = found->value;
            if (made.origin) scans_[made.origin->scan].used[made.origin->column] = true;
            if (phase_ == Phase::grouped && at == grouped_scope_ &&
                std::ranges::find(group_keys_, made.sql) == group_keys_.end()) {
                return std::unexpected(SyntaxError{
                    expr.at,
                    "'" + whole + "' must be an aggregate expression or appear in GROUP BY clause",
                    ErrorCode::expression_not_aggregate});
            }
            for (std::size_t n = parts + 1; n < names.size(); ++n) {
                FRESHET_TRY(next, field_of(made, names[n], expr.at));
                made = std::move(*next);
            }
            return made;
        }
    }
    for (const std::string_view hidden :
         {"$bucket", "$file_size", "$file_modified_time", "$partition"}) {
        if (names.back() == hidden)
            return std::unexpected(
                SyntaxError{expr.at, "the hidden column \"" + names.back() + "\" is not supported",
                            ErrorCode::not_supported});
    }
    return std::unexpected(SyntaxError{expr.at, "Column '" + whole + "' cannot be resolved",
                                       ErrorCode::column_not_found});
}

SyntaxResult<Typed> Analysis::field_of(const Typed& base, const std::string& name, Position at) {
    if (!base.type.is(TypeKind::row)) {
        return std::unexpected(mismatch_error(at, "Expression is not of type ROW"));
    }
    for (std::size_t i = 0; i < base.type.names.size(); ++i) {
        if (base.type.names[i] != lower_case(name)) continue;
        return Typed{"struct_extract(" + base.sql + ", 'f" + std::to_string(i) + "')",
                     base.type.arguments[i]};
    }
    return std::unexpected(
        SyntaxError{at, "Column '" + name + "' cannot be resolved", ErrorCode::column_not_found});
}

SyntaxResult<Typed> Analysis::unary(const Expr& expr, const Scope& scope) {
    if (expr.text == "not") {
        FRESHET_TRY(inner, boolean(*expr.arguments[0], scope, "Value of logical NOT expression"));
        return boolean_of("(NOT " + inner->sql + ")");
    }
    FRESHET_TRY(inner, value(*expr.arguments[0], scope));
    if (!inner->type.is_numeric() && !inner->type.is_interval()) {
        return std::unexpected(mismatch_error(expr.at, "Cannot negate " + inner->type.name()));
    }
    if (expr.text == "+") return inner;
    return Typed{"(- " + inner->sql + ")", inner->type};
}

SyntaxResult<Typed> Analysis::binary(const Expr& expr, const Scope& scope) {
    const std::string& op = expr.text;
    if (op == "and" || op == "or") return logic(expr, scope);
    FRESHET_TRY(pair, values_of(expr.arguments, scope));
    Typed& left = (*pair)[0];
    Typed& right = (*pair)[1];
    if (op == "||") return concatenation(left, right, expr.at);
    if (op == "+" || op == "-" || op == "*" || op == "/" || op == "%")
        return arithmetic(op, left, right, expr.at);
    return comparison(op, left, right, expr.at);
}

SyntaxResult<Typed> Analysis::arithmetic(const std::string& op, Typed left, Typed right,
                                         Position at) {
    const bool is_temporal = !left.type.is_numeric() || !right.type.is_numeric();
    if (is_temporal && !left.type.is(TypeKind::unknown) && !right.type.is(TypeKind::unknown)) {
        return time_arithmetic(op, left, right, at);
    }
    const auto common = common_type(left.type, right.type);
    if (!common || !common->is_numeric())
        return std::unexpected(operator_error(op, left.type, right.type, at));
    if (common->is(TypeKind::decimal)) {
        const Type& known = left.type.is(TypeKind::unknown) ? right.type : left.type;
        if (left.type.is(TypeKind::unknown)) left = coerce(left, known);
        if (right.type.is(TypeKind::unknown)) right = coerce(right, known);
        return decimal_arithmetic(op, left, right, at);
    }
    left = coerce(std::move(left), *common);
    right = coerce(std::move(right), *common);
    Typed made{"", *common};
    if (common->is_integer() && (op == "/" || op == "%")) {
        made.sql = (op == "/" ? "tr_div(" : "tr_mod(") + left.sql + ", " + right.sql + ")";
    } else if (op == "%") {
        made.sql =
            "CAST(tr_fmod(" + left.sql + ", " + right.sql + ") AS " + engine_type(*common) + ")";
    } else {
        made.sql = "(" + left.sql + " " + op + " " + right.sql + ")";
    }
    return made;
}

SyntaxResult<Typed> Analysis::decimal_arithmetic(const std::string& op, const Typed& left,
                                                 const Typed& right, Position at) {
    const Type x = decimal_of_integer(left.type), y = decimal_of_integer(right.type);
    Type result = decimal_type(38, std::max(x.scale, y.scale));
    if (op == "+" || op == "-") {
        result.precision =
            std::min(38, 1 + result.scale + std::max(x.precision - x.scale, y.precision - y.scale));
    } else if (op == "*") {
        result = decimal_type(std::min(38, x.precision + y.precision), x.scale + y.scale);
        if (result.scale > 38)
            return std::unexpected(
                SyntaxError{at,
                            "DECIMAL scale must be in range [0, precision (38)]: " +
                                std::to_string(result.scale),
                            ErrorCode::invalid_function_argument});
    } else if (op == "/") {
        result.precision =
            std::min(38, x.precision + y.scale - x.scale + std::max(0, y.scale - x.scale));
        if (result.precision < result.scale) result.precision = result.scale;
    } else {
        result.precision = std::min(y.precision - y.scale, x.precision - x.scale) + result.scale;
        if (result.precision < 1) result.precision = 1;
    }
    const std::string a = coerce(left, x).sql, b = coerce(right, y).sql;
    std::string sql;
    if (op == "/" || op == "%") {
        sql = (op == "/" ? "tr_decimal_div(" : "tr_decimal_mod(") + a + ", " + b + ")";
    } else if (op == "*") {
        sql = "tr_decimal_mul(" + a + ", " + b + ")";
    } else {
        const std::string wide = engine_type(decimal_type(38, result.scale));
        sql = "(CAST(" + a + " AS " + wide + ") " + op + " CAST(" + b + " AS " + wide + "))";
    }
    return Typed{"CAST(" + sql + " AS " + engine_type(result) + ")", result};
}

SyntaxResult<Typed> Analysis::concatenation(const Typed& left, const Typed& right, Position at) {
    const auto text = [](const Typed& v) {
        return v.type.is(TypeKind::varchar) || v.type.is(TypeKind::unknown);
    };
    if (text(left) && text(right)) {
        Type type = varchar_type();
        if (left.type.precision >= 0 && right.type.precision >= 0 && left.type.is_text() &&
            right.type.is_text()) {
            type = varchar_type(left.type.precision + right.type.precision);
        }
        return Typed{"(" + coerce(left, varchar_type()).sql + " || " +
                         coerce(right, varchar_type()).sql + ")",
                     type};
    }
    if (left.type.is(TypeKind::varbinary) && right.type.is(TypeKind::varbinary)) {
        return Typed{"(" + left.sql + " || " + right.sql + ")", left.type};
    }
    const bool arrays = left.type.is(TypeKind::array) || right.type.is(TypeKind::array);
    if (arrays) {
        auto common = common_type(left.type, right.type);
        if (!common && left.type.is(TypeKind::array))
            common = common_type(left.type, array_type(right.type));
        if (!common && right.type.is(TypeKind::array))
            common = common_type(array_type(left.type), right.type);
        if (common) {
            const auto side = [&](const Typed& v) {
                const bool is_element =
                    !v.type.is(TypeKind::array) && !(v.type.is(TypeKind::unknown));
                if (!is_element) return coerce(v, *common).sql;
                const std::string item = coerce(v, common->arguments[0]).sql;
                if (v.text) return "[" + item + "]";
                // An element that is NULL makes the whole NULL.
                return bind_once({item}, [](const std::vector<std::string>& names) {
                    return "(CASE WHEN " + names[0] + " IS NOT NULL THEN [" + names[0] + "] END)";
                });
            };
            // The engine's operator gives NULL for a NULL, its list_concat does not.
            return Typed{"(" + side(left) + " || " + side(right) + ")", *common};
        }
    }
    return std::unexpected(operator_error("||", left.type, right.type, at));
}

SyntaxResult<Typed> Analysis::comparison(const std::string& op, Typed left, Typed right,
                                         Position at) {
    const auto common = common_type(left.type, right.type);
    if (!common) return std::unexpected(operator_error(op, left.type, right.type, at));
    const bool is_equality = op == "=" || op == "<>";
    if (is_equality ? !is_comparable(*common) : !is_orderable(*common))
        return std::unexpected(operator_error(op, left.type, right.type, at));
    if (common->is(TypeKind::array) || common->is(TypeKind::map) || common->is(TypeKind::row)) {
        // With a NULL inside, Trino's answer is NULL and the engine's is not.
        return std::unexpected(SyntaxError{at, "Comparing " + common->name() + " is not supported",
                                           ErrorCode::not_supported});
    }
    const bool has_literal = left.is_constant || right.is_constant;
    left = coerce(std::move(left), *common);
    right = coerce(std::move(right), *common);
    if (common->is(TypeKind::timestamp_tz)) {
        return boolean_of("(tr_instant(" + left.sql + ") " + op + " tr_instant(" + right.sql +
                          "))");
    }
    // The engine ranks NaN above all and equal to itself; Trino compares it as false.
    const bool is_safe_with_literal = is_equality ||
                                      (right.is_constant && (op == "<" || op == "<=")) ||
                                      (left.is_constant && (op == ">" || op == ">="));
    if (common->is_floating() && !(has_literal && is_safe_with_literal)) {
        static constexpr std::pair<const char*, const char*> names[] = {
            {"=", "eq"}, {"<>", "ne"}, {"<", "lt"}, {"<=", "le"}, {">", "gt"}, {">=", "ge"}};
        for (const auto& [symbol, name] : names) {
            if (op == symbol)
                return boolean_of("tr_" + std::string(name) + "(CAST(" + left.sql +
                                  " AS DOUBLE), CAST(" + right.sql + " AS DOUBLE))");
        }
    }
    return boolean_of("(" + left.sql + " " + op + " " + right.sql + ")");
}

SyntaxResult<Typed> Analysis::between(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(three, values_of(expr.arguments, scope));
    std::optional<SyntaxError> problem;
    const std::string sql =
        bind_once({(*three)[0].sql, (*three)[1].sql, (*three)[2].sql},
                  [&](const std::vector<std::string>& names) -> std::string {
                      for (std::size_t i = 0; i < 3; ++i) (*three)[i].sql = names[i];
                      auto low = comparison(">=", (*three)[0], (*three)[1], expr.at);
                      auto high = comparison("<=", (*three)[0], (*three)[2], expr.at);
                      if (!low || !high) {
                          problem = !low ? low.error() : high.error();
                          return "";
                      }
                      return "(" + low->sql + " AND " + high->sql + ")";
                  });
    if (problem) return std::unexpected(std::move(*problem));
    return boolean_of(std::string("(") + (expr.is_negated ? "NOT " : "") + sql + ")");
}

SyntaxResult<Typed> Analysis::in_list(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(all, values_of(expr.arguments, scope));
    Type type = (*all)[0].type;
    for (const auto& item : *all) {
        auto common = common_type(type, item.type);
        if (!common)
            return std::unexpected(mismatch_error(
                expr.at, "IN value and list items must be the same type: " + type.name() + " and " +
                             item.type.name()));
        type = std::move(*common);
    }
    if (type.is(TypeKind::array) || type.is(TypeKind::map) || type.is(TypeKind::row)) {
        return std::unexpected(SyntaxError{expr.at, "IN over " + type.name() + " is not supported",
                                           ErrorCode::not_supported});
    }
    const auto text = [&](const Typed& v) {
        const std::string sql = coerce(v, type).sql;
        return type.is(TypeKind::timestamp_tz) ? "tr_instant(" + sql + ")" : sql;
    };
    std::string sql = "(" + text((*all)[0]) + (expr.is_negated ? " NOT IN (" : " IN (");
    for (std::size_t i = 1; i < all->size(); ++i) sql += (i > 1 ? ", " : "") + text((*all)[i]);
    return boolean_of(sql + "))");
}

SyntaxResult<Typed> Analysis::with_query(const Expr& expr, const Scope& scope) {
    std::optional<Typed> left;
    if (!expr.arguments.empty()) {
        FRESHET_TRY(made, value(*expr.arguments[0], scope));
        left = std::move(*made);
    }
    FRESHET_TRY(inner, query(*expr.query, &scope));
    if (expr.kind == ExprKind::exists) return boolean_of("EXISTS (" + inner->sql + ")");
    if (inner->fields.size() != 1) {
        return std::unexpected(
            SyntaxError{expr.at,
                        "Multiple columns returned by subquery are not yet supported. Found " +
                            std::to_string(inner->fields.size()),
                        ErrorCode::not_supported});
    }
    const Typed& found = inner->fields[0].value;
    if (expr.kind == ExprKind::scalar_query) {
        Typed made{"(" + inner->sql + ")", found.type};
        made.is_utc = found.is_utc;
        return made;
    }
    const auto common = common_type(left->type, found.type);
    if (!common || !is_comparable(*common)) {
        return std::unexpected(mismatch_error(
            expr.at, "value and result of subquery must be of the same type for IN expression: " +
                         left->type.name() + " vs " + found.type.name()));
    }
    const bool is_nested =
        common->is(TypeKind::array) || common->is(TypeKind::map) || common->is(TypeKind::row);
    if (is_nested || common->is(TypeKind::timestamp_tz) ||
        (common->is_floating() && expr.kind == ExprKind::quantified)) {
        return std::unexpected(
            SyntaxError{expr.at, "A subquery of " + common->name() + " is not supported here",
                        ErrorCode::not_supported});
    }
    const std::string alias = fresh("r");
    const std::string rows = "(SELECT " + coerce(Typed{alias + ".c0", found.type}, *common).sql +
                             " FROM (" + inner->sql + ") AS " + alias + ")";
    const std::string value = coerce(*left, *common).sql;
    if (expr.kind == ExprKind::in_query)
        return boolean_of("(" + value + (expr.is_negated ? " NOT IN " : " IN ") + rows + ")");
    return boolean_of("(" + value + " " + expr.text + (expr.unit == "all" ? " ALL " : " ANY ") +
                      rows + ")");
}

SyntaxResult<Typed> Analysis::like(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(all, values_of(expr.arguments, scope));
    for (std::size_t i = 0; i < all->size(); ++i) {
        if (!coerces((*all)[i].type, varchar_type())) {
            return std::unexpected(mismatch_error(
                expr.arguments[i]->at, std::string(i == 0   ? "Left side"
                                                   : i == 1 ? "Pattern for"
                                                            : "Escape for") +
                                           " LIKE expression must evaluate to a varchar (actual: " +
                                           (*all)[i].type.name() + ")"));
        }
        (*all)[i] = coerce((*all)[i], varchar_type());
    }
    return boolean_of("(" + (*all)[0].sql + (expr.is_negated ? " NOT LIKE " : " LIKE ") +
                      (*all)[1].sql + (all->size() > 2 ? " ESCAPE " + (*all)[2].sql : "") + ")");
}

}  // namespace freshet::sql::trino
