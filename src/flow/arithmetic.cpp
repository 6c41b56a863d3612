// + - * / and unary minus. Integers and decimals are exact: what their type cannot hold is trouble.
#include <fmt/format.h>

#include <cmath>

#include "base/calendar.h"
#include "flow/evaluate.h"
#include "record/text.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Op;
using sql::streaming::Typed;

namespace {

using Wide = __int128;

int scale_of(const record::Type& type) { return type.kind == Kind::decimal ? type.scale : 0; }

Wide scaled(Wide value, int from, int to) {
    for (; from < to; ++from) value *= 10;
    if (from == to) return value;
    Wide unit = 1;
    for (; from > to; --from) unit *= 10;
    const Wide half = unit / 2;
    return (value + (value < 0 ? -half : half)) / unit;
}

bool is_in_range(const record::Type& type, Wide value) {
    if (type.kind == Kind::decimal)
        return value < record::power_of_ten(type.size) && value > -record::power_of_ten(type.size);
    if (value > INT64_MAX || value < INT64_MIN) return false;
    return record::fits(type.kind, static_cast<std::int64_t>(value));
}

/// Nothing for a division by zero.
std::optional<Wide> exact(Op op, const Vector& left, const Vector& right, std::uint32_t row,
                          const record::Type& type) {
    const Wide a = left.integers[row], b = right.integers[row];
    const int sa = scale_of(left.type), sb = scale_of(right.type), s = scale_of(type);
    if (op == Op::multiply) return scaled(a * b, sa + sb, s);
    if (op == Op::divide) {
        if (b == 0) return std::nullopt;
        if (type.kind != Kind::decimal) return a / b;
        // One digit more than the scale, for rounding.
        return scaled(scaled(a, sa, s + sb + 1) / b, s + 1, s);
    }
    const Wide x = scaled(a, sa, s), y = scaled(b, sb, s);
    return op == Op::add ? x + y : x - y;
}

void over_reals(const Typed& expr, const Vector& left, const Vector& right,
                const Evaluation& evaluation, const Selection& selection, Vector& result) {
    for (const std::uint32_t row : selection) {
        if (left.nulls[row] || right.nulls[row]) continue;
        const double a = real_of(left, row), b = real_of(right, row);
        double value = 0;
        if (expr.op == Op::add) value = a + b;
        if (expr.op == Op::subtract) value = a - b;
        if (expr.op == Op::multiply) value = a * b;
        if (expr.op == Op::divide) {
            if (b == 0) {
                evaluation.troubles.add(row, "division by zero");
                continue;
            }
            value = a / b;
        }
        if (!std::isfinite(value)) {
            evaluation.troubles.add(row, "a number became too large for DOUBLE");
            continue;
        }
        result.nulls[row] = 0;
        result.reals[row] = value;
    }
}

void negate(const Vector& from, const Selection& selection, Vector& result) {
    for (const std::uint32_t row : selection) {
        if (from.nulls[row]) continue;
        result.nulls[row] = 0;
        if (record::storage_of(from.type.kind) == Storage::reals)
            result.reals[row] = -from.reals[row];
        else
            result.integers[row] = -from.integers[row];
    }
}

/// Times and intervals, in milliseconds. An interval by a whole number is the whole milliseconds
/// of it, so that what moves with time changes at the instant it must; by other numbers it is
/// rounded.
void over_times(const Typed& expr, const Vector& left, const Vector& right,
                const Evaluation& evaluation, const Selection& selection, Vector& result) {
    const bool is_by_number = expr.op == Op::multiply || expr.op == Op::divide;
    for (const std::uint32_t row : selection) {
        if (left.nulls[row] || right.nulls[row]) continue;
        std::int64_t value = 0;
        if (is_by_number) {
            const double a = real_of(left, row), b = real_of(right, row);
            if (expr.op == Op::divide && b == 0) {
                evaluation.troubles.add(row, "division by zero");
                continue;
            }
            if (record::is_integer(right.type.kind) && expr.op == Op::divide)
                value = floor_div(left.integers[row], right.integers[row]);
            else
                value = std::llround(expr.op == Op::multiply ? a * b : a / b);
        } else {
            value = expr.op == Op::add ? left.integers[row] + right.integers[row]
                                       : left.integers[row] - right.integers[row];
        }
        if (expr.type.kind == Kind::time) value -= floor_div(value, day_ms) * day_ms;
        if (expr.type.kind == Kind::date) value = floor_div(value, day_ms) * day_ms;
        result.nulls[row] = 0;
        result.integers[row] = value;
    }
}

}  // namespace

VectorPtr evaluate_arithmetic(const Typed& expr, const Args& args, const Evaluation& evaluation,
                              const Selection& selection) {
    auto result = new_vector(expr.type, args[0]->size());
    if (expr.op == Op::negate) {
        negate(*args[0], selection, *result);
        return result;
    }
    const Vector& left = *args[0];
    const Vector& right = *args[1];
    if (!record::is_numeric(expr.type.kind)) {
        over_times(expr, left, right, evaluation, selection, *result);
        return result;
    }
    if (record::storage_of(expr.type.kind) == Storage::reals) {
        over_reals(expr, left, right, evaluation, selection, *result);
        return result;
    }
    for (const std::uint32_t row : selection) {
        if (left.nulls[row] || right.nulls[row]) continue;
        const auto value = exact(expr.op, left, right, row, expr.type);
        if (!value) {
            evaluation.troubles.add(row, "division by zero");
        } else if (!is_in_range(expr.type, *value)) {
            evaluation.troubles.add(
                row, fmt::format("a number became too large for {}", to_string(expr.type)));
        } else {
            result->nulls[row] = 0;
            result->integers[row] = static_cast<std::int64_t>(*value);
        }
    }
    return result;
}

}  // namespace freshet::flow
