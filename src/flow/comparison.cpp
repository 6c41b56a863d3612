// = <> < <= > >= and IS DISTINCT FROM over two vectors of one type.
#include "flow/evaluate.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Op;
using sql::streaming::Typed;

namespace {

std::string_view without_padding(std::string_view text) {
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

bool holds(Op op, int order) {
    if (op == Op::equal) return order == 0;
    if (op == Op::not_equal || op == Op::is_distinct) return order != 0;
    if (op == Op::less) return order < 0;
    if (op == Op::less_equal) return order <= 0;
    return op == Op::greater ? order > 0 : order >= 0;
}

}  // namespace

int compare_at(const Vector& a, std::uint32_t row_a, const Vector& b, std::uint32_t row_b,
               bool is_padded) {
    const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    switch (record::storage_of(a.type.kind)) {
        case Storage::integers:
            return order(a.integers[row_a], b.integers[row_b]);
        case Storage::reals:
            return order(a.reals[row_a], b.reals[row_b]);
        case Storage::texts:
            break;
    }
    return is_padded ? order(without_padding(a.texts[row_a]), without_padding(b.texts[row_b]))
                     : order(a.texts[row_a], b.texts[row_b]);
}

bool is_padded(const Typed& arg) {
    return arg.type.kind == Kind::character ||
           (arg.op == Op::cast && arg.args[0].type.kind == Kind::character);
}

VectorPtr evaluate_comparison(const Typed& expr, const Args& args, const Evaluation&,
                              const Selection& selection) {
    const Vector& left = *args[0];
    const Vector& right = *args[1];
    auto result = new_vector(expr.type, left.size());
    bool is_any_padded = false;
    for (const Typed& arg : expr.args) is_any_padded |= is_padded(arg);
    for (const std::uint32_t row : selection) {
        const bool has_null = left.nulls[row] || right.nulls[row];
        if (has_null && expr.op != Op::is_distinct) continue;
        result->nulls[row] = 0;
        result->integers[row] =
            has_null ? left.nulls[row] != right.nulls[row]
                     : holds(expr.op, compare_at(left, row, right, row, is_any_padded));
    }
    return result;
}

}  // namespace freshet::flow
