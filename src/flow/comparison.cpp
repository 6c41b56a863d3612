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

/// -1, 0, 1. CHAR is compared without the blanks that fill it.
int compare(const Vector& a, const Vector& b, std::uint32_t row, bool padded) {
    const auto order = [](const auto& x, const auto& y) { return x < y ? -1 : y < x ? 1 : 0; };
    switch (record::storage_of(a.type.kind)) {
        case Storage::integers:
            return order(a.integers[row], b.integers[row]);
        case Storage::reals:
            return order(a.reals[row], b.reals[row]);
        case Storage::texts:
            break;
    }
    return padded ? order(without_padding(a.texts[row]), without_padding(b.texts[row]))
                  : order(a.texts[row], b.texts[row]);
}

bool holds(Op op, int order) {
    if (op == Op::equal) return order == 0;
    if (op == Op::not_equal || op == Op::is_distinct) return order != 0;
    if (op == Op::less) return order < 0;
    if (op == Op::less_equal) return order <= 0;
    return op == Op::greater ? order > 0 : order >= 0;
}

}  // namespace

VectorPtr evaluate_comparison(const Typed& expr, const Args& args, const Evaluation&,
                              const Selection& selection) {
    const Vector& left = *args[0];
    const Vector& right = *args[1];
    auto result = new_vector(expr.type, left.size());
    // Either side may have been CHAR before both became one type.
    bool padded = false;
    for (const Typed& arg : expr.args)
        padded |= arg.type.kind == Kind::character ||
                  (arg.op == Op::cast && arg.args[0].type.kind == Kind::character);
    for (const std::uint32_t row : selection) {
        const bool any_null = left.nulls[row] || right.nulls[row];
        if (any_null && expr.op != Op::is_distinct) continue;
        result->nulls[row] = 0;
        result->integers[row] = any_null ? left.nulls[row] != right.nulls[row]
                                         : holds(expr.op, compare(left, right, row, padded));
    }
    return result;
}

}  // namespace freshet::flow
