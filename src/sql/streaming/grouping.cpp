// Expressions of a query with GROUP BY: keys and aggregates instead of the input's columns.
#include <fmt/format.h>

#include <algorithm>

#include "sql/streaming/binder.h"

namespace freshet::sql::streaming {
namespace {

using record::Kind;
using record::Type;

bool has_aggregate(const Expr& expr) {
    if (expr.kind == ExprKind::call && is_aggregate(expr.text)) return true;
    return std::ranges::any_of(expr.args, [](const ExprPtr& arg) { return has_aggregate(*arg); });
}

Type aggregate_type(AggregateFunction function, const Type& of) {
    const bool is_approximate = of.kind == Kind::real || of.kind == Kind::dbl;
    switch (function) {
        case AggregateFunction::count_rows:
        case AggregateFunction::count:
            return bigint_type;
        case AggregateFunction::sum:
            if (is_approximate) return {Kind::dbl, 0, 0};
            return of.kind == Kind::decimal
                       ? Type{Kind::decimal, record::decimal_digits_max, of.scale}
                       : bigint_type;
        case AggregateFunction::average:
            return is_approximate ? Type{Kind::dbl, 0, 0} : of;
        case AggregateFunction::minimum:
        case AggregateFunction::maximum:
            return of;
    }
    return of;
}

}  // namespace

Checked<Typed> Binder::aggregate(const Expr& expr) const {
    constexpr std::pair<std::string_view, AggregateFunction> names[] = {
        {"COUNT", AggregateFunction::count},
        {"SUM", AggregateFunction::sum},
        {"AVG", AggregateFunction::average},
        {"MIN", AggregateFunction::minimum},
        {"MAX", AggregateFunction::maximum}};
    if (expr.is_distinct)
        return wrong(expr.at,
                     fmt::format("{}(DISTINCT ...) is not allowed on a stream", expr.text));
    Aggregate made;
    made.function =
        std::ranges::find(names, expr.text, &std::pair<std::string_view, AggregateFunction>::first)
            ->second;
    if (expr.is_star) {
        if (made.function != AggregateFunction::count)
            return wrong(expr.at, fmt::format("{} does not take '*'", expr.text));
        made.function = AggregateFunction::count_rows;
    } else {
        if (expr.args.size() != 1)
            return wrong(expr.at, fmt::format("{} takes one argument", expr.text));
        auto argument = Binder(scope_).bind(*expr.args[0]);
        if (!argument) return argument;
        const bool is_sum =
            made.function == AggregateFunction::sum || made.function == AggregateFunction::average;
        if (is_sum && !record::is_numeric(argument->type.kind))
            return wrong(expr.at, fmt::format("{} takes a number, this is {}", expr.text,
                                              to_string(argument->type)));
        made.argument = std::move(*argument);
    }
    made.type = aggregate_type(made.function, made.argument ? made.argument->type : bigint_type);
    const auto known = std::ranges::find_if(grouping_->aggregates, [&](const Aggregate& other) {
        return other.function == made.function && other.argument == made.argument;
    });
    Typed column = node(Op::column, made.type, expr.at, {});
    column.column =
        grouping_->keys.size() + static_cast<std::size_t>(known - grouping_->aggregates.begin());
    if (known == grouping_->aggregates.end()) grouping_->aggregates.push_back(std::move(made));
    return column;
}

/// A key, an aggregate or the output's ROWTIME; nothing when the parts of `expr` are to be looked
/// at instead.
Checked<std::optional<Typed>> Binder::grouped(const Expr& expr) const {
    if (expr.kind == ExprKind::call && is_aggregate(expr.text)) {
        auto made = aggregate(expr);
        if (!made) return pass(made);
        return std::optional(std::move(*made));
    }
    if (has_aggregate(expr)) return std::optional<Typed>();
    auto plain = Binder(scope_).bind(expr);
    if (!plain) return pass(plain);
    const auto key = std::ranges::find(grouping_->keys, *plain);
    if (key != grouping_->keys.end()) {
        Typed column = node(Op::column, plain->type, expr.at, {});
        column.column = static_cast<std::size_t>(key - grouping_->keys.begin());
        return std::optional(std::move(column));
    }
    if (plain->op == Op::rowtime && !plain->is_qualified) return std::optional(std::move(*plain));
    if (expr.kind == ExprKind::column)
        return wrong(expr.at, fmt::format("'{}' is neither in GROUP BY nor in an aggregate",
                                          expr.path.back()));
    return std::optional<Typed>();
}

}  // namespace freshet::sql::streaming
