// AND, OR, IN, BETWEEN and CASE. A part is computed only for the rows whose result is still open,
// so that an earlier part guards a later one, and each operand is computed once.
#include <algorithm>
#include <unordered_set>

#include "flow/evaluate.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Op;
using sql::streaming::Typed;

namespace {

/// With three values.
VectorPtr logic(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const bool decides = expr.op == Op::or_;
    auto result = std::make_shared<Vector>(*evaluate(expr.args[0], evaluation, selection));
    Selection open = selection;
    for (std::size_t i = 1; i < expr.args.size(); ++i) {
        std::erase_if(open, [&](std::uint32_t row) {
            return !result->nulls[row] && (result->integers[row] != 0) == decides;
        });
        if (open.empty()) break;
        const VectorPtr next = evaluate(expr.args[i], evaluation, open);
        for (const std::uint32_t row : open) {
            const bool decides_too = !next->nulls[row] && (next->integers[row] != 0) == decides;
            if (!decides_too && result->nulls[row]) continue;
            result->nulls[row] = next->nulls[row];
            result->integers[row] = next->integers[row];
        }
    }
    return result;
}

VectorPtr between(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const VectorPtr value = evaluate(expr.args[0], evaluation, selection);
    auto result = new_vector(expr.type, value->size());
    Selection open = selection;
    for (std::size_t i = 1; i < 3 && !open.empty(); ++i) {
        const VectorPtr bound = evaluate(expr.args[i], evaluation, open);
        const bool ignores_padding = is_padded(expr.args[0]) || is_padded(expr.args[i]);
        Selection still;
        for (const std::uint32_t row : open) {
            const bool is_null = value->nulls[row] || bound->nulls[row];
            const int order = is_null ? 0 : compare_at(*value, row, *bound, row, ignores_padding);
            const bool holds = i == 1 ? order >= 0 : order <= 0;
            if (!is_null && !holds) {
                result->nulls[row] = 0;
                result->integers[row] = 0;
                continue;
            }
            // NULL stays NULL unless the other bound says no.
            if (i == 1 || is_null) result->nulls[row] = is_null;
            result->integers[row] = !result->nulls[row];
            still.push_back(row);
        }
        open = std::move(still);
    }
    return result;
}

/// The literals of an IN list, looked up by value.
class Literals {
  public:
    explicit Literals(bool is_padded) : is_padded_(is_padded) {}
    void add(const Typed& literal) {
        switch (record::storage_of(literal.type.kind)) {
            case Storage::integers:
                integers_.insert(literal.integer);
                return;
            case Storage::reals:
                reals_.insert(literal.real);
                return;
            case Storage::texts:
                texts_.insert(plain(literal.text));
                return;
        }
    }
    bool has(const Vector& value, std::uint32_t row) const {
        switch (record::storage_of(value.type.kind)) {
            case Storage::integers:
                return integers_.contains(value.integers[row]);
            case Storage::reals:
                return reals_.contains(value.reals[row]);
            case Storage::texts:
                break;
        }
        return texts_.contains(plain(value.texts[row]));
    }

  private:
    std::string_view plain(std::string_view text) const {
        return is_padded_ ? text.substr(0, text.find_last_not_of(' ') + 1) : text;
    }
    bool is_padded_;
    std::unordered_set<std::int64_t> integers_;
    std::unordered_set<double> reals_;
    std::unordered_set<std::string_view> texts_;
};

VectorPtr in_list(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    const VectorPtr value = evaluate(expr.args[0], evaluation, selection);
    auto result = new_vector(expr.type, value->size());
    const bool ignores_padding = std::ranges::any_of(expr.args, is_padded);
    Literals literals(ignores_padding);
    bool has_null = false;
    for (std::size_t i = 1; i < expr.args.size(); ++i) {
        if (expr.args[i].op != Op::constant) continue;
        has_null |= expr.args[i].is_null;
        if (!expr.args[i].is_null) literals.add(expr.args[i]);
    }
    Selection open;
    for (const std::uint32_t row : selection) {
        if (value->nulls[row]) continue;
        const bool is_listed = literals.has(*value, row);
        result->nulls[row] = !is_listed && has_null;
        result->integers[row] = is_listed;
        if (!is_listed) open.push_back(row);
    }
    for (std::size_t i = 1; i < expr.args.size() && !open.empty(); ++i) {
        if (expr.args[i].op == Op::constant) continue;
        const VectorPtr other = evaluate(expr.args[i], evaluation, open);
        std::erase_if(open, [&](std::uint32_t row) {
            if (other->nulls[row]) {
                result->nulls[row] = 1;
                return false;
            }
            if (compare_at(*value, row, *other, row, ignores_padding) != 0) return false;
            result->nulls[row] = 0;
            result->integers[row] = 1;
            return true;
        });
    }
    return result;
}

/// Both forms of CASE; each branch is computed for its own rows only.
VectorPtr branches(const Typed& expr, const Evaluation& evaluation, const Selection& selection) {
    auto result = new_vector(expr.type, evaluation.rows.rowtimes->size());
    const bool has_operand = expr.op == Op::case_of;
    const VectorPtr operand =
        has_operand ? evaluate(expr.args[0], evaluation, selection) : VectorPtr();
    Selection open = selection;
    for (std::size_t i = has_operand ? 1 : 0; i < expr.args.size() && !open.empty(); i += 2) {
        const bool is_else = i + 1 == expr.args.size();
        Selection mine, rest;
        if (is_else) {
            mine = std::move(open);
        } else {
            const VectorPtr when = evaluate(expr.args[i], evaluation, open);
            const bool ignores_padding =
                has_operand && (is_padded(expr.args[0]) || is_padded(expr.args[i]));
            for (const std::uint32_t row : open) {
                const bool is_null = when->nulls[row] || (operand && operand->nulls[row]);
                const bool is_taken = !is_null && (operand ? compare_at(*operand, row, *when, row,
                                                                        ignores_padding) == 0
                                                           : when->integers[row] != 0);
                (is_taken ? mine : rest).push_back(row);
            }
        }
        const VectorPtr value = evaluate(expr.args[is_else ? i : i + 1], evaluation, mine);
        for (const std::uint32_t row : mine) copy_row(*value, row, *result);
        result->keep(value->owners);
        open = std::move(rest);
    }
    return result;
}

}  // namespace

VectorPtr evaluate_condition(const Typed& expr, const Evaluation& evaluation,
                             const Selection& selection) {
    if (expr.op == Op::in_list) return in_list(expr, evaluation, selection);
    if (expr.op == Op::between) return between(expr, evaluation, selection);
    if (expr.op == Op::case_when || expr.op == Op::case_of)
        return branches(expr, evaluation, selection);
    return logic(expr, evaluation, selection);
}

}  // namespace freshet::flow
