#include "sql/streaming/binder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text/utf8.h"
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
        if (!one) return pass(one);
        bound.push_back(std::move(*one));
    }
    return bound;
}

Checked<Typed> Binder::bind(const Expr& expr) const {
    if (grouping_) {
        auto made = grouped(expr);
        if (!made) return pass(made);
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
        case ExprKind::chain:
            return chain(expr);
        case ExprKind::between:
        case ExprKind::in_list:
            return membership(expr);
        case ExprKind::is_test:
            return is_test(expr);
        case ExprKind::distinct: {
            auto args = all(expr.args);
            if (!args) return pass(args);
            if (!common_type((*args)[0].type, (*args)[1].type))
                return not_comparable(expr.at, (*args)[0].type, (*args)[1].type);
            Typed made = compared(Op::is_distinct, std::move((*args)[0]), std::move((*args)[1]));
            return expr.is_negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)})
                                   : made;
        }
        case ExprKind::like:
            return like(expr);
        case ExprKind::case_when:
        case ExprKind::case_of:
            return case_expression(expr);
        case ExprKind::cast:
            return cast(expr);
        case ExprKind::call:
            break;
    }
    if (is_aggregate(expr.text))
        return wrong(expr.at,
                     fmt::format("{} is valid only in a query with GROUP BY, and not inside "
                                 "another aggregate, WHERE or GROUP BY",
                                 expr.text));
    auto args = all(expr.args);
    if (!args) return pass(args);
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
        value.integer = expr.is_true;
    } else if (expr.kind == ExprKind::text) {
        value.type = {Kind::varchar, std::max<int>(1, static_cast<int>(utf8_length(expr.text))), 0};
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
    const bool is_qualified = expr.path.size() > 1;
    if (is_qualified && expr.path[0] != scope_.name)
        return wrong(expr.at, fmt::format("'{}' is not a stream of this query; it reads '{}'",
                                          expr.path[0], scope_.name));
    if (name == "ROWTIME") {
        Typed made = node(Op::rowtime, timestamp_type, expr.at, {});
        made.is_qualified = is_qualified;
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

namespace {

std::optional<Op> comparison_of(std::string_view symbol) {
    constexpr std::pair<std::string_view, Op> comparisons[] = {
        {"=", Op::equal},       {"<>", Op::not_equal}, {"<", Op::less},
        {"<=", Op::less_equal}, {">", Op::greater},    {">=", Op::greater_equal}};
    for (const auto& [text, op] : comparisons) {
        if (text == symbol) return op;
    }
    return std::nullopt;
}

/// The operator `link` between a value of type `left` and `right`; a NULL takes the other's type.
Checked<TypedLink> linked(const Link& link, Type& left, Typed& right) {
    if (link.text == "||") {
        for (Type* side : {&left, &right.type}) {
            if (side->kind == Kind::null) *side = {Kind::varchar, 1, 0};
            if (!record::is_text(side->kind))
                return wrong(link.at, fmt::format("'||' takes texts, this is {}; CAST it",
                                                  to_string(*side)));
        }
        const int size = std::min(left.size + right.type.size, record::text_size_max);
        return TypedLink{Op::concat, {Kind::varchar, size, 0}};
    }
    const Op op = link.text == "+"   ? Op::add
                  : link.text == "-" ? Op::subtract
                  : link.text == "*" ? Op::multiply
                                     : Op::divide;
    if (left.kind == Kind::null) left = right.type;
    if (right.type.kind == Kind::null) right.type = left;
    const auto type = arithmetic_type(op, left, right.type);
    if (!type)
        return wrong(link.at, fmt::format("'{}' does not take {} and {}", link.text,
                                          to_string(left), to_string(right.type)));
    return TypedLink{op, *type};
}

Checked<> no_months(const std::vector<Typed>& operands) {
    for (const Typed& side : operands) {
        if (side.interval.months != 0)
            return wrong(side.at, "an interval of months or years is valid in STEP only");
    }
    return {};
}

}  // namespace

Checked<Typed> Binder::binary(const Expr& expr) const {
    if (expr.text == "AND" || expr.text == "OR") return logic(expr);
    auto args = all(expr.args);
    if (!args) return pass(args);
    Typed& left = (*args)[0];
    Typed& right = (*args)[1];
    if (const auto op = comparison_of(expr.text)) {
        if (!common_type(left.type, right.type))
            return not_comparable(expr.at, left.type, right.type);
        return compared(*op, std::move(left), std::move(right));
    }
    const auto link = linked({expr.text, expr.at}, left.type, right);
    if (!link) return pass(link);
    if (auto checked = no_months(*args); !checked) return pass(checked);
    return node(link->op, link->type, expr.at, std::move(*args));
}

Checked<Typed> Binder::chain(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return pass(args);
    std::vector<TypedLink> links;
    Type type = (*args)[0].type;
    for (std::size_t i = 0; i < expr.links.size(); ++i) {
        auto link = linked(expr.links[i], type, (*args)[i + 1]);
        if (!link) return pass(link);
        if (i == 0) (*args)[0].type = type;  // a NULL has taken the next one's type
        type = link->type;
        links.push_back(std::move(*link));
    }
    if (auto checked = no_months(*args); !checked) return pass(checked);
    Typed made = node(Op::chain, type, expr.at, std::move(*args));
    made.links = std::move(links);
    return made;
}

/// The values of `exprs` that `wanted` names, brought to one type.
Checked<> Binder::unify(std::vector<Typed>& values, Position at,
                        const std::function<bool(std::size_t)>& wanted) const {
    Type type = values[0].type;
    for (std::size_t i = 1; i < values.size(); ++i) {
        if (!wanted(i)) continue;
        const auto both = common_type(type, values[i].type);
        if (!both) return not_comparable(at, type, values[i].type);
        type = *both;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i == 0 || wanted(i)) values[i] = coerced(std::move(values[i]), type);
    }
    return {};
}

/// BETWEEN and IN: the value once, then what it is compared with.
Checked<Typed> Binder::membership(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return pass(args);
    if (auto one = unify(*args, expr.at, [](std::size_t) { return true; }); !one) return pass(one);
    const Op op = expr.kind == ExprKind::between ? Op::between : Op::in_list;
    Typed made = node(op, boolean_type, expr.at, std::move(*args));
    return expr.is_negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

Checked<Typed> Binder::is_test(const Expr& expr) const {
    const bool is_null = expr.text == "NULL" || expr.text == "UNKNOWN";
    auto value = expr.text == "NULL" ? bind(*expr.args[0]) : condition(*expr.args[0]);
    if (!value) return value;
    const Op op = is_null ? Op::is_null : expr.text == "TRUE" ? Op::is_true : Op::is_false;
    Typed made = node(op, boolean_type, expr.at, {std::move(*value)});
    return expr.is_negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

Checked<Typed> Binder::like(const Expr& expr) const {
    auto args = all(expr.args);
    if (!args) return pass(args);
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
    return expr.is_negated ? node(Op::not_, boolean_type, expr.at, {std::move(made)}) : made;
}

/// Both forms: [operand,] when, then, ..., [else].
Checked<Typed> Binder::case_expression(const Expr& expr) const {
    const std::size_t first = expr.kind == ExprKind::case_of ? 1 : 0;
    const bool has_else = (expr.args.size() - first) % 2 == 1;
    const auto is_when = [&](std::size_t i) {
        return i >= first && i < expr.args.size() && (i - first) % 2 == 0 &&
               !(has_else && i + 1 == expr.args.size());
    };
    std::vector<Typed> args;
    Type type;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
        auto one = is_when(i) && first == 0 ? condition(*expr.args[i]) : bind(*expr.args[i]);
        if (!one) return one;
        if (!is_when(i) && i >= first) {
            const auto both = common_type(type, one->type);
            if (!both)
                return wrong(one->at,
                             fmt::format("the values of CASE are {} and {}; CAST one of them",
                                         to_string(type), to_string(one->type)));
            type = *both;
        }
        args.push_back(is_when(i) && first == 0 ? coerced(std::move(*one), boolean_type)
                                                : std::move(*one));
    }
    if (!has_else) {
        Typed null;
        null.is_null = true;
        args.push_back(std::move(null));
    }
    if (first == 1) {
        if (auto one = unify(args, expr.at, is_when); !one) return pass(one);
    }
    for (std::size_t i = first; i < args.size(); ++i) {
        if (!is_when(i)) args[i] = coerced(std::move(args[i]), type);
    }
    return node(first == 1 ? Op::case_of : Op::case_when, type, expr.at, std::move(args));
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
