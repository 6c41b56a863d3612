#include "flow/evaluate.h"

#include <algorithm>

#include "record/text.h"

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
    const std::int64_t midnight = record::floor_div(ms, record::day_ms) * record::day_ms;
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

/// AND and OR with three values; the right side is computed only where the left one does not
/// decide.
VectorPtr logic(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const bool decides = expr.op == Op::or_;
    const VectorPtr left = evaluate(expr.args[0], evaluation, selection);
    Selection open;
    for (const std::uint32_t row : selection) {
        if (left->nulls[row] || (left->integers[row] != 0) != decides) open.push_back(row);
    }
    auto result = std::make_shared<Vector>(*left);
    if (open.empty()) return result;
    const VectorPtr right = evaluate(expr.args[1], evaluation, open);
    for (const std::uint32_t row : open) {
        const bool right_decides = !right->nulls[row] && (right->integers[row] != 0) == decides;
        if (right_decides || !left->nulls[row]) {
            result->nulls[row] = right->nulls[row];
            result->integers[row] = right->integers[row];
        }
    }
    return result;
}

void copy_row(const Vector& from, std::uint32_t row, Vector& to) {
    to.nulls[row] = from.nulls[row];
    switch (record::storage_of(to.type.kind)) {
        case Storage::integers:
            to.integers[row] = from.integers[row];
            return;
        case Storage::reals:
            to.reals[row] = from.reals[row];
            return;
        case Storage::texts:
            to.texts[row] = from.texts[row];
            return;
    }
}

/// Each branch is computed for its own rows only, so that CASE guards a division.
VectorPtr case_when(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    auto result = new_vector(expr.type, evaluation.rows.rowtimes->size());
    Selection open = selection;
    for (std::size_t i = 0; i < expr.args.size() && !open.empty(); i += 2) {
        const bool is_else = i + 1 == expr.args.size();
        Selection mine, rest;
        if (is_else) {
            mine = std::move(open);
        } else {
            const VectorPtr condition = evaluate(expr.args[i], evaluation, open);
            for (const std::uint32_t row : open)
                (!condition->nulls[row] && condition->integers[row] ? mine : rest).push_back(row);
        }
        const VectorPtr value = evaluate(expr.args[is_else ? i : i + 1], evaluation, mine);
        for (const std::uint32_t row : mine) copy_row(*value, row, *result);
        result->keep(value->owners);
        open = std::move(rest);
    }
    return result;
}

VectorPtr test(const Typed& expr, const VectorPtr& value, const Selection& selection) {
    auto result = new_vector(expr.type, value->size());
    for (const std::uint32_t row : selection) {
        const bool null = value->nulls[row] != 0;
        const bool truth = !null && expr.op != Op::is_null && value->integers[row] != 0;
        if (expr.op == Op::not_) {
            result->nulls[row] = null;
            result->integers[row] = !truth;
            continue;
        }
        result->nulls[row] = 0;
        result->integers[row] = expr.op == Op::is_null   ? null
                                : expr.op == Op::is_true ? truth
                                                         : !null && !truth;
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
    if (step.months == 0) return record::floor_div(ms, step.ms) * step.ms;
    const record::Civil civil = record::civil_of(record::floor_div(ms, record::day_ms));
    const std::int64_t months = (civil.year - 1970) * 12 + civil.month - 1;
    const std::int64_t first = record::floor_div(months, step.months) * step.months;
    const std::int64_t year = record::floor_div(first, 12);
    return record::day_of({1970 + year, static_cast<int>(first - year * 12) + 1, 1}) *
           record::day_ms;
}

std::int64_t step_end(std::int64_t ms, const sql::streaming::IntervalValue& step) {
    const std::int64_t start = step_start(ms, step);
    if (step.months == 0) return start + step.ms;
    // No month has more than 31 days, none fewer than 28.
    return step_start(start + (31LL * step.months + 1) * record::day_ms, step);
}

VectorPtr evaluate(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const Op op = expr.op;
    if (op == Op::constant) return constant(expr, evaluation);
    if (op == Op::column) return evaluation.rows.columns[expr.column];
    if (op == Op::rowtime) return rowtime(evaluation);
    if (op == Op::started) return started(expr, evaluation);
    if (op == Op::and_ || op == Op::or_) return logic(expr, evaluation, selection);
    if (op == Op::case_when) return case_when(expr, evaluation, selection);
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
