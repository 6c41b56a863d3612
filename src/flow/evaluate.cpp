#include "flow/evaluate.h"

#include <algorithm>

#include "base/calendar.h"
#include "record/text.h"
#include "record/visit.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Op;
using sql::streaming::Typed;

namespace {

VectorPtr constant(const Typed& expr, const Evaluation& evaluation) {
    const std::size_t rows = evaluation.rows.rowtimes->size();
    auto vector = new_vector(expr.type, rows);
    if (expr.is_null) return vector;
    std::ranges::fill(vector->nulls, std::uint8_t{0});
    const Storage storage = record::storage_of(expr.type.kind);
    if (storage == Storage::integers) {
        std::ranges::fill(vector->integers, expr.integer);
    } else if (storage == Storage::reals) {
        std::ranges::fill(vector->reals, expr.real);
    } else {
        auto text = std::make_shared<const std::string>(expr.text);
        std::ranges::fill(vector->texts, std::string_view(*text));
        vector->owners.push_back(std::move(text));
    }
    return vector;
}

VectorPtr started(const Typed& expr, const Evaluation& evaluation) {
    const std::int64_t ms = to_epoch_ms(evaluation.started);
    const std::int64_t midnight = floor_div(ms, day_ms) * day_ms;
    Typed value = expr;
    value.integer = expr.type.kind == Kind::date   ? midnight
                    : expr.type.kind == Kind::time ? ms - midnight
                                                   : ms;
    return constant(value, evaluation);
}

VectorPtr rowtime(const Evaluation& evaluation) {
    auto vector = new_vector({Kind::timestamp, 0, 0}, evaluation.rows.rowtimes->size());
    std::ranges::fill(vector->nulls, std::uint8_t{0});
    vector->integers = *evaluation.rows.rowtimes;
    return vector;
}

/// Operands of || that are joined at once: fewer would copy a long text too often, more would hold
/// too many vectors.
constexpr std::size_t joined_max = 64;

/// Each operand once, from the left.
VectorPtr chain(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    VectorPtr value = evaluate(expr.args[0], evaluation, selection);
    for (std::size_t i = 0; i < expr.links.size();) {
        Args args{std::move(value)};
        Typed step;
        step.op = expr.links[i].op;
        do {
            step.type = expr.links[i].type;
            args.push_back(evaluate(expr.args[++i], evaluation, selection));
        } while (step.op == Op::concat && i < expr.links.size() && expr.links[i].op == Op::concat &&
                 args.size() < joined_max);
        value = step.op == Op::concat ? evaluate_text(step, args, evaluation, selection)
                                      : evaluate_arithmetic(step, args, evaluation, selection);
    }
    return value;
}

VectorPtr test(const Typed& expr, const VectorPtr& value, const Selection& selection) {
    auto result = new_vector(expr.type, value->size());
    for (const std::uint32_t row : selection) {
        const bool is_null = value->nulls[row] != 0;
        const bool is_true = !is_null && expr.op != Op::is_null && value->integers[row] != 0;
        if (expr.op == Op::not_) {
            result->nulls[row] = is_null;
            result->integers[row] = !is_true;
            continue;
        }
        result->nulls[row] = 0;
        result->integers[row] = expr.op == Op::is_null   ? is_null
                                : expr.op == Op::is_true ? is_true
                                                         : !is_null && !is_true;
    }
    return result;
}

VectorPtr like(const Typed& expr, const VectorPtr& value, const Evaluation& evaluation,
               const Selection& selection) {
    auto result = new_vector(expr.type, value->size());
    const Pattern& pattern = evaluation.patterns.at(&expr);
    for (const std::uint32_t row : selection) {
        result->nulls[row] = value->nulls[row];
        if (!value->nulls[row]) result->integers[row] = pattern.matches(value->texts[row]);
    }
    return result;
}

}  // namespace

std::shared_ptr<Vector> new_vector(const record::Type& type, std::size_t rows) {
    auto vector = std::make_shared<Vector>(type);
    vector->resize(rows);
    return vector;
}

std::int64_t step_start(std::int64_t ms, const sql::streaming::IntervalValue& step) {
    if (step.months == 0) return floor_div(ms, step.ms) * step.ms;
    const Civil civil = civil_of(floor_div(ms, day_ms));
    const std::int64_t months = (civil.year - 1970) * 12 + civil.month - 1;
    const std::int64_t first = floor_div(months, step.months) * step.months;
    const std::int64_t year = floor_div(first, 12);
    return day_of({1970 + year, static_cast<int>(first - year * 12) + 1, 1}) * day_ms;
}

std::int64_t step_end(std::int64_t ms, const sql::streaming::IntervalValue& step) {
    const std::int64_t start = step_start(ms, step);
    if (step.months == 0) return start + step.ms;
    // No month has more than 31 days, none fewer than 28.
    return step_start(start + (31LL * step.months + 1) * day_ms, step);
}

void copy_row(const Vector& from, std::uint32_t row, Vector& to) {
    to.nulls[row] = from.nulls[row];
    record::visit_values(to.type.kind,
                         [&](auto values) { (to.*values)[row] = (from.*values)[row]; });
}

double real_of(const Vector& vector, std::uint32_t row) {
    if (record::storage_of(vector.type.kind) == Storage::reals) return vector.reals[row];
    const int scale = vector.type.kind == Kind::decimal ? vector.type.scale : 0;
    return static_cast<double>(vector.integers[row]) /
           static_cast<double>(record::power_of_ten(scale));
}

VectorPtr evaluate(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const Op op = expr.op;
    if (op == Op::constant) return constant(expr, evaluation);
    if (op == Op::column) return evaluation.rows.columns[expr.column];
    if (op == Op::rowtime) return rowtime(evaluation);
    if (op == Op::started) return started(expr, evaluation);
    if (op == Op::chain) return chain(expr, evaluation, selection);
    if (op == Op::and_ || op == Op::or_ || op == Op::in_list || op == Op::between ||
        op == Op::case_when || op == Op::case_of)
        return evaluate_condition(expr, evaluation, selection);
    Args args;
    for (const Typed& arg : expr.args) args.push_back(evaluate(arg, evaluation, selection));
    if (op == Op::like) return like(expr, args[0], evaluation, selection);
    if (op == Op::cast) return evaluate_cast(expr, args[0], evaluation, selection);
    if (op == Op::call) return evaluate_call(expr, args, evaluation, selection);
    if (op == Op::concat) return evaluate_text(expr, args, evaluation, selection);
    if (op == Op::not_ || op == Op::is_null || op == Op::is_true || op == Op::is_false)
        return test(expr, args[0], selection);
    if (op >= Op::negate && op <= Op::divide)
        return evaluate_arithmetic(expr, args, evaluation, selection);
    return evaluate_comparison(expr, args, evaluation, selection);
}

Selection where_true(const Typed& condition, const Evaluation& evaluation,
                     const Selection& selection) {
    const VectorPtr truth = evaluate(condition, evaluation, selection);
    Selection kept;
    kept.reserve(selection.size());
    for (const std::uint32_t row : selection) {
        if (!truth->nulls[row] && truth->integers[row] && !evaluation.troubles.has(row))
            kept.push_back(row);
    }
    return kept;
}

}  // namespace freshet::flow
