#include "sql/streaming/binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "record/text.h"

namespace freshet::sql::streaming {
namespace {

using record::Kind;
using record::Type;

std::unexpected<CodeError> not_comparable(Position at, const Type& a, const Type& b) {
    return wrong(at, fmt::format("{} and {} cannot be compared; CAST one of them", to_string(a),
                                 to_string(b)));
}

}  // namespace

Checked<std::vector<Typed>> Binder::all(const std::vector<ExprPtr>& exprs) const {
    std::vector<Typed> bound;
    for (const ExprPtr& expr : exprs) {
        auto one = bind(*expr);
        if (!one) return std::unexpected(one.error());
        bound.push_back(std::move(*one));
    }
    return bound;
}

Checked<Typed> Binder::bind(const Expr& expr) const {
    if (grouping_) {
        auto made = grouped(expr);
        if (!made) return std::unexpected(made.error());
        if (*made) return std::move(**made);
    }
    switch (expr.kind) {
        case ExprKind::null:
        case ExprKind::boolean:
        case ExprKind::number:
        case ExprKind::text:
        case ExprKind::datetime:
        case ExprKind::interval:
            return literal(expr);
        case ExprKind::column:
            return column(expr);
        case ExprKind::unary:
            return unary(expr);
        case ExprKind::binary:
            return binary(expr);
        case ExprKind::between:
            return between(expr);
        case ExprKind::in_list:
            return in_list(expr);
        case ExprKind::is_test:
            return is_test(expr);
        case ExprKind::distinct: {
            auto args = all(expr.args);
            if (!args) return std::unexpected(args.error());
            if (!common_type((*args)[0].type, (*args)[1].type))
                return not_comparable(expr.at, (*args)[0].type, (*args)[1].type);
            Typed made = compared(Op::is_distinct, std::move((*args)[0]), std::move((*args)[1]));
            return expr.negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
        }
        case ExprKind::like:
            return like(expr);
        case ExprKind::case_when:
            return case_when(expr);
        case ExprKind::cast:
            return cast(expr);
        case ExprKind::call:
            break;
    }
    if (is_aggregate(expr.text))
        return wrong(expr.at, fmt::format("{} stands only in a query with GROUP BY, and not inside "
                                          "another aggregate, WHERE or GROUP BY",
                                          expr.text));
    auto args = all(expr.args);
    if (!args) return std::unexpected(args.error());
    return bind_call(expr, std::move(*args));
}

Checked<Typed> Binder::condition(const Expr& expr) const {
    auto bound = bind(expr);
    if (bound && bound->type.kind != Kind::boolean && bound->type.kind != Kind::null)
        return wrong(expr.at,
                     fmt::format("a condition is BOOLEAN, this is {}", to_string(bound->type)));
    return bound;
}

Checked<Typed> Binder::literal(const Expr& expr) const {
    Typed value;
    value.at = expr.at;
    value.op = Op::constant;
    if (expr.kind == ExprKind::null) {
        value.is_null = true;
    } else if (expr.kind == ExprKind::boolean) {
        value.type = boolean_type;
        value.integer = expr.truth;
    } else if (expr.kind == ExprKind::text) {
        value.type = {Kind::varchar,
                      std::max<int>(1, static_cast<int>(record::utf8_length(expr.text))), 0};
        value.text = expr.text;
    } else if (expr.kind == ExprKind::interval) {
        value.type = {Kind::interval, 0, 0};
        value.integer = expr.interval.ms;
        value.interval = expr.interval;
    } else if (expr.kind == ExprKind::datetime) {
        const auto ms = expr.type.kind == Kind::date   ? record::parse_date(expr.text)
                        : expr.type.kind == Kind::time ? record::parse_time(expr.text)
                                                       : record::parse_timestamp(expr.text);
        if (!ms)
            return wrong(expr.at, fmt::format("'{}' is not a {}", expr.text, to_string(expr.type)));
        value.type = expr.type;
        value.integer = *ms;
    } else if (expr.text.find_first_of("eE") != std::string::npos) {
        value.type = {Kind::dbl, 0, 0};
        value.real = record::parse_real(expr.text).value_or(0);
    } else if (const std::size_t point = expr.text.find('.'); point != std::string::npos) {
        const int scale = static_cast<int>(expr.text.size() - point - 1);
        const auto unscaled =
            record::parse_decimal(expr.text, std::min(scale, record::decimal_digits_max));
        if (!unscaled || scale > record::decimal_digits_max)
            return wrong(expr.at, "a decimal number has at most 18 digits");
        value.type = {Kind::decimal, std::max(static_cast<int>(expr.text.size()) - 1, 1), scale};
        value.integer = *unscaled;
    } else {
        const auto integer = record::parse_integer(expr.text);
        if (!integer) return wrong(expr.at, "the number does not fit BIGINT");
        value.type = {record::fits(Kind::integer, *integer) ? Kind::integer : Kind::bigint, 0, 0};
        value.integer = *integer;
    }
    return value;
}

Checked<Typed> Binder::column(const Expr& expr) const {
    const std::string& name = expr.path.back();
    const bool qualified = expr.path.size() > 1;
    if (qualified && expr.path[0] != scope_.name)
        return wrong(expr.at, fmt::format("'{}' is not a stream of this query; it reads '{}'",
                                          expr.path[0], scope_.name));
    if (name == "ROWTIME") {
        Typed made = node(Op::rowtime, timestamp_type, expr.at, {});
        made.is_qualified = qualified;
        return made;
    }
    const auto found = std::ranges::find(scope_.columns, name, &record::Column::name);
    if (found == scope_.columns.end()) {
        std::string names;
        for (std::size_t i = 0; i < scope_.visible && i < 12; ++i)
            names += (i ? ", " : "") + scope_.columns[i].name;
        const auto alike = std::ranges::find_if(scope_.columns, [&](const record::Column& column) {
            return std::ranges::equal(column.name, name, [](char a, char b) {
                return std::tolower(a) == std::tolower(b);
            });
        });
        if (alike != scope_.columns.end())
            return wrong(expr.at, fmt::format("column '{}' not found; there is \"{}\": names "
                                              "without double quotes are upper case",
                                              name, alike->name));
        return wrong(expr.at, fmt::format("column '{}' not found in '{}', which has {}", name,
                                          scope_.name, names));
    }
    Typed made = node(Op::column, found->type, expr.at, {});
    made.column = static_cast<std::size_t>(found - scope_.columns.begin());
    return made;
}

Checked<Typed> Binder::unary(const Expr& expr) const {
    if (expr.text == "NOT") {
        auto value = condition(*expr.args[0]);
        if (!value) return value;
        return node(Op::not_, boolean_type, expr.at, {std::move(*value)});
    }
    auto value = bind(*expr.args[0]);
    if (!value) return value;
    if (!record::is_numeric(value->type.kind) && value->type.kind != Kind::interval)
        return wrong(expr.at,
                     fmt::format("'-' takes a number, this is {}", to_string(value->type)));
    const Type type = value->type;
    if (value->op == Op::constant) {
        value->integer = -value->integer;
        value->real = -value->real;
        value->interval = {-value->interval.ms, -value->interval.months};
        return value;
    }
    return node(Op::negate, type, expr.at, {std::move(*value)});
}

Checked<Typed> Binder::logic(const Expr& expr) const {
    std::vector<Typed> sides;
    for (const ExprPtr& side : expr.args) {
        auto bound = condition(*side);
        if (!bound) return bound;
        sides.push_back(coerced(std::move(*bound), boolean_type));
    }
    return node(expr.text == "AND" ? Op::and_ : Op::or_, boolean_type, expr.at, std::move(sides));
}

Checked<Typed> Binder::binary(const Expr& expr) const {
    if (expr.text == "AND" || expr.text == "OR") return logic(expr);
    auto args = all(expr.args);
    if (!args) return std::unexpected(args.error());
    Typed& left = (*args)[0];
    Typed& right = (*args)[1];
    if (expr.text == "||") {
        for (Typed& side : *args) {
            if (side.type.kind == Kind::null) side.type = {Kind::varchar, 1, 0};
            if (!record::is_text(side.type.kind))
                return wrong(expr.at, fmt::format("'||' takes texts, this is {}; CAST it",
                                                  to_string(side.type)));
        }
        const Type type{Kind::varchar,
                        std::min(left.type.size + right.type.size, record::text_size_max), 0};
        return node(Op::concat, type, expr.at, std::move(*args));
    }
    constexpr std::pair<std::string_view, Op> comparisons[] = {
        {"=", Op::equal},       {"<>", Op::not_equal}, {"<", Op::less},
        {"<=", Op::less_equal}, {">", Op::greater},    {">=", Op::greater_equal}};
    for (const auto& [symbol, op] : comparisons) {
        if (symbol != expr.text) continue;
        if (!common_type(left.type, right.type))
            return not_comparable(expr.at, left.type, right.type);
        return compared(op, std::move(left), std::move(right));
    }
    const Op op = expr.text == "+"   ? Op::add
                  : expr.text == "-" ? Op::subtract
                  : expr.text == "*" ? Op::multiply
                                     : Op::divide;
    if (left.type.kind == Kind::null) left.type = right.type;
    if (right.type.kind == Kind::null) right.type = left.type;
    const auto type = arithmetic_type(op, left.type, right.type);
    if (!type)
        return wrong(expr.at, fmt::format("'{}' does not take {} and {}", expr.text,
                                          to_string(left.type), to_string(right.type)));
    for (const Typed& side : *args) {
        if (side.interval.months != 0)
            return wrong(side.at, "an interval of months or years stands in STEP only");
    }
    return node(op, *type, expr.at, std::move(*args));
}

Checked<Typed> Binder::between(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return std::unexpected(args.error());
    for (std::size_t i = 1; i < 3; ++i) {
        if (!common_type((*args)[0].type, (*args)[i].type))
            return not_comparable(expr.at, (*args)[0].type, (*args)[i].type);
    }
    Typed low = compared(Op::greater_equal, (*args)[0], std::move((*args)[1]));
    Typed high = compared(Op::less_equal, std::move((*args)[0]), std::move((*args)[2]));
    Typed made = node(Op::and_, boolean_type, expr.at, {});
    made.args.push_back(std::move(low));
    made.args.push_back(std::move(high));
    return expr.negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

Checked<Typed> Binder::in_list(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return std::unexpected(args.error());
    std::optional<Typed> made;
    for (std::size_t i = 1; i < args->size(); ++i) {
        if (!common_type((*args)[0].type, (*args)[i].type))
            return not_comparable((*args)[i].at, (*args)[0].type, (*args)[i].type);
        Typed one = compared(Op::equal, (*args)[0], std::move((*args)[i]));
        if (!made) {
            made = std::move(one);
            continue;
        }
        Typed both = node(Op::or_, boolean_type, expr.at, {});
        both.args.push_back(std::move(*made));
        both.args.push_back(std::move(one));
        made = std::move(both);
    }
    return expr.negated ? node(Op::not_, boolean_type, expr.at, {std::move(*made)})
                        : std::move(*made);
}

Checked<Typed> Binder::is_test(const Expr& expr) const {
    const bool is_null = expr.text == "NULL" || expr.text == "UNKNOWN";
    auto value = expr.text == "NULL" ? bind(*expr.args[0]) : condition(*expr.args[0]);
    if (!value) return value;
    const Op op = is_null ? Op::is_null : expr.text == "TRUE" ? Op::is_true : Op::is_false;
    Typed made = node(op, boolean_type, expr.at, {std::move(*value)});
    return expr.negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

Checked<Typed> Binder::like(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return std::unexpected(args.error());
    if (!record::is_text((*args)[0].type.kind))
        return wrong(expr.at, fmt::format("{} takes a text, this is {}", expr.text,
                                          to_string((*args)[0].type)));
    for (std::size_t i = 1; i < args->size(); ++i) {
        if ((*args)[i].op != Op::constant || !record::is_text((*args)[i].type.kind))
            return wrong(
                (*args)[i].at,
                fmt::format("the pattern and the escape of {} are texts in quotes", expr.text));
    }
    Typed made = node(Op::like, boolean_type, expr.at, {});
    made.pattern = (*args)[1].text;
    made.is_similar = expr.text == "SIMILAR";
    if (args->size() > 2) {
        if ((*args)[2].text.size() != 1) return wrong((*args)[2].at, "ESCAPE takes one character");
        made.escape = (*args)[2].text[0];
    }
    made.args.push_back(std::move((*args)[0]));
    return expr.negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

Checked<Typed> Binder::case_when(const Expr& expr) const {
    std::vector<Typed> args;
    Type type;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
        const bool is_condition = i % 2 == 0 && i + 1 < expr.args.size();
        auto one = is_condition ? condition(*expr.args[i]) : bind(*expr.args[i]);
        if (!one) return one;
        if (!is_condition) {
            const auto both = common_type(type, one->type);
            if (!both)
                return wrong(one->at,
                             fmt::format("the values of CASE are {} and {}; CAST one of them",
                                         to_string(type), to_string(one->type)));
            type = *both;
        }
        args.push_back(is_condition ? coerced(std::move(*one), boolean_type) : std::move(*one));
    }
    if (args.size() % 2 == 0) {  // no ELSE
        Typed null;
        null.is_null = true;
        args.push_back(std::move(null));
    }
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (i % 2 == 1 || i + 1 == args.size()) args[i] = coerced(std::move(args[i]), type);
    }
    return node(Op::case_when, type, expr.at, std::move(args));
}

Checked<Typed> Binder::cast(const Expr& expr) const {
    auto value = bind(*expr.args[0]);
    if (!value) return value;
    if (!is_castable(value->type.kind, expr.type.kind))
        return wrong(expr.at, fmt::format("{} cannot be CAST to {}", to_string(value->type),
                                          to_string(expr.type)));
    return value->is_null ? coerced(std::move(*value), expr.type)
                          : node(Op::cast, expr.type, expr.at, {std::move(*value)});
}

}  // namespace freshet::sql::streaming
