// The scalar functions over numbers, and COALESCE and NULLIF; texts and times have files of their
// own.
#include <fmt/format.h>

#include <cmath>

#include "base/calendar.h"
#include "flow/evaluate.h"
#include "record/text.h"
#include "record/visit.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Function;
using sql::streaming::Typed;

namespace {

bool is_same(const Vector& a, const Vector& b, std::uint32_t row) {
    if (a.nulls[row] || b.nulls[row]) return false;
    return record::visit_values(a.type.kind,
                                [&](auto values) { return (a.*values)[row] == (b.*values)[row]; });
}

VectorPtr choose(const Typed& expr, const Args& args, const Selection& selection) {
    auto result = new_vector(expr.type, args[0]->size());
    for (const VectorPtr& arg : args) result->keep(arg->owners);
    for (const std::uint32_t row : selection) {
        if (expr.function == Function::null_if) {
            copy_row(*args[0], row, *result);
            if (is_same(*args[0], *args[1], row)) result->nulls[row] = 1;
            continue;
        }
        for (const VectorPtr& arg : args) {
            if (arg->nulls[row]) continue;
            copy_row(*arg, row, *result);
            break;
        }
    }
    return result;
}

std::optional<double> real_function(Function function, double a, double b) {
    double value = 0;
    if (function == Function::exp) value = std::exp(a);
    if (function == Function::ln) value = std::log(a);
    if (function == Function::log10) value = std::log10(a);
    if (function == Function::power) value = std::pow(a, b);
    if (function == Function::sqrt) value = std::sqrt(a);
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// FLOOR, CEIL and ABS keep a number's type; a decimal loses its digits after the point.
void round_one(Function function, const Vector& from, std::uint32_t row, Vector& to) {
    if (record::storage_of(from.type.kind) == Storage::reals) {
        const double value = from.reals[row];
        to.reals[row] = function == Function::abs     ? std::abs(value)
                        : function == Function::floor ? std::floor(value)
                                                      : std::ceil(value);
        return;
    }
    const std::int64_t value = from.integers[row];
    if (function == Function::abs) {
        to.integers[row] = value < 0 ? -value : value;
        return;
    }
    const std::int64_t unit =
        record::power_of_ten(from.type.kind == Kind::decimal ? from.type.scale : 0);
    to.integers[row] =
        function == Function::floor ? floor_div(value, unit) : -floor_div(-value, unit);
}

/// The functions over numbers.
VectorPtr evaluate_number(const Typed& expr, const Args& args, const Evaluation& evaluation,
                          const Selection& selection) {
    auto result = new_vector(expr.type, args[0]->size());
    const bool rounds = expr.function == Function::abs || expr.function == Function::floor ||
                        expr.function == Function::ceil;
    const bool is_by_integer =
        expr.function == Function::mod || expr.function == Function::step_number;
    for (const std::uint32_t row : selection) {
        if (args[0]->nulls[row] || (args.size() > 1 && args[1]->nulls[row])) continue;
        result->nulls[row] = 0;
        if (rounds) {
            round_one(expr.function, *args[0], row, *result);
        } else if (is_by_integer) {
            const std::int64_t a = args[0]->integers[row], b = args[1]->integers[row];
            if (b == 0) {
                evaluation.troubles.add(row, "division by zero");
                result->nulls[row] = 1;
                continue;
            }
            result->integers[row] = b == -1 ? (expr.function == Function::mod ? 0 : a)
                                    : expr.function == Function::mod ? a % b
                                                                     : a / b * b;
        } else {
            const auto value = real_function(expr.function, real_of(*args[0], row),
                                             args.size() > 1 ? real_of(*args[1], row) : 0);
            if (!value) {
                evaluation.troubles.add(row, "a function has no value for this number");
                result->nulls[row] = 1;
                continue;
            }
            result->reals[row] = *value;
        }
    }
    return result;
}

}  // namespace

VectorPtr evaluate_call(const Typed& expr, const Args& args, const Evaluation& evaluation,
                        const Selection& selection) {
    switch (expr.function) {
        case Function::coalesce:
        case Function::null_if:
            return choose(expr, args, selection);
        case Function::char_length:
        case Function::initcap:
        case Function::lower:
        case Function::upper:
        case Function::trim:
        case Function::position:
        case Function::overlay:
        case Function::substring:
        case Function::substring_from:
        case Function::regex_replace:
            return evaluate_text(expr, args, evaluation, selection);
        case Function::step_time:
        case Function::floor_time:
        case Function::ceil_time:
        case Function::extract:
        case Function::char_to_timestamp:
        case Function::char_to_date:
        case Function::char_to_time:
        case Function::time_to_char:
        case Function::to_timestamp:
        case Function::unix_timestamp:
        case Function::tsdiff:
            return evaluate_time(expr, args, evaluation, selection);
        case Function::abs:
        case Function::ceil:
        case Function::exp:
        case Function::floor:
        case Function::ln:
        case Function::log10:
        case Function::mod:
        case Function::power:
        case Function::sqrt:
        case Function::step_number:
            break;
    }
    return evaluate_number(expr, args, evaluation, selection);
}

}  // namespace freshet::flow
