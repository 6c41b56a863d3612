// Operators and predicates, loosest first.
#include <fmt/format.h>

#include <algorithm>

#include "base/stack.h"
#include "sql/streaming/parser.h"

namespace freshet::sql::streaming {
namespace {

ExprPtr of_two(ExprPtr expr, ExprPtr left, ExprPtr right) {
    expr->args.push_back(std::move(left));
    expr->args.push_back(std::move(right));
    return expr;
}

}  // namespace

Checked<ExprPtr> Parser::expression() {
    if (++depth_ > depth_max || !stack_has_room())
        return wrong(peek().at, "the expression is nested too deeply");
    auto value = disjunction();
    --depth_;
    return value;
}

/// A chain of one operator is one node, however long: nothing that walks the tree is as deep as a
/// chain is long.
Checked<ExprPtr> Parser::joined(Checked<ExprPtr> (Parser::*operand)(), const char* word) {
    auto first = (this->*operand)();
    if (!first || !is_word(word)) return first;
    ExprPtr expr = make(ExprKind::binary, peek().at, word);
    expr->args.push_back(std::move(*first));
    while (take_word(word)) {
        auto next = (this->*operand)();
        if (!next) return next;
        expr->args.push_back(std::move(*next));
    }
    return expr;
}

Checked<ExprPtr> Parser::disjunction() { return joined(&Parser::conjunction, "OR"); }

Checked<ExprPtr> Parser::conjunction() { return joined(&Parser::negation, "AND"); }

Checked<ExprPtr> Parser::negation() {
    int times = 0;
    Position at = peek().at;
    while (take_word("NOT")) ++times;
    auto value = predicate();
    if (!value || times % 2 == 0) return value;
    ExprPtr expr = make(ExprKind::unary, at, "NOT");
    expr->args.push_back(std::move(*value));
    return expr;
}

Checked<ExprPtr> Parser::predicate() {
    auto left = sum();
    if (!left) return left;
    for (const char* symbol : {"=", "<>", "<=", ">=", "<", ">"}) {
        if (!is_symbol(symbol)) continue;
        ExprPtr expr = make(ExprKind::binary, take().at, symbol);
        auto right = sum();
        if (!right) return right;
        return of_two(std::move(expr), std::move(*left), std::move(*right));
    }
    return tail_of(std::move(*left));
}

Checked<ExprPtr> Parser::tail_of(ExprPtr value) {
    const Position at = peek().at;
    if (is_word("IS")) return is_tail(std::move(value));
    const bool is_negated = is_word("NOT") && (is_word("BETWEEN", 1) || is_word("IN", 1) ||
                                               is_word("LIKE", 1) || is_word("SIMILAR", 1));
    if (is_negated) take();
    if (take_word("BETWEEN")) {
        ExprPtr expr = make(ExprKind::between, at);
        expr->is_negated = is_negated;
        auto low = sum();
        if (!low) return low;
        if (auto both = expect_word("AND"); !both) return pass(both);
        auto high = sum();
        if (!high) return high;
        expr->args.push_back(std::move(value));
        expr->args.push_back(std::move(*low));
        expr->args.push_back(std::move(*high));
        return expr;
    }
    if (is_word("IN")) return in_tail(std::move(value), is_negated);
    if (!is_word("LIKE") && !is_word("SIMILAR")) return value;
    ExprPtr expr = make(ExprKind::like, at, take().text);
    expr->is_negated = is_negated;
    if (expr->text == "SIMILAR") {
        if (auto to = expect_word("TO"); !to) return pass(to);
    }
    auto pattern = sum();
    if (!pattern) return pattern;
    expr->args.push_back(std::move(value));
    expr->args.push_back(std::move(*pattern));
    if (take_word("ESCAPE")) {
        auto escape = sum();
        if (!escape) return escape;
        expr->args.push_back(std::move(*escape));
    }
    return expr;
}

Checked<ExprPtr> Parser::is_tail(ExprPtr value) {
    const Position at = take().at;
    const bool is_negated = take_word("NOT");
    if (take_word("DISTINCT")) {
        if (auto word = expect_word("FROM"); !word) return pass(word);
        ExprPtr expr = make(ExprKind::distinct, at);
        expr->is_negated = is_negated;
        auto right = sum();
        if (!right) return right;
        return of_two(std::move(expr), std::move(value), std::move(*right));
    }
    for (const char* word : {"NULL", "TRUE", "FALSE", "UNKNOWN"}) {
        if (!take_word(word)) continue;
        ExprPtr expr = make(ExprKind::is_test, at, word);
        expr->is_negated = is_negated;
        expr->args.push_back(std::move(value));
        return expr;
    }
    return unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM");
}

Checked<ExprPtr> Parser::in_tail(ExprPtr value, bool is_negated) {
    ExprPtr expr = make(ExprKind::in_list, take().at);
    expr->is_negated = is_negated;
    expr->args.push_back(std::move(value));
    if (auto open = expect_symbol("("); !open) return pass(open);
    if (is_word("SELECT")) return not_built("IN (SELECT ...)");
    do {
        auto one = expression();
        if (!one) return one;
        expr->args.push_back(std::move(*one));
    } while (take_symbol(","));
    if (auto closed = expect_symbol(")"); !closed) return unexpected("',' or ')'");
    return expr;
}

/// One operator makes a binary expression, more make a chain.
Checked<ExprPtr> Parser::chained(Checked<ExprPtr> (Parser::*operand)(),
                                 std::initializer_list<std::string_view> symbols) {
    const auto at_link = [&] {
        return std::ranges::any_of(symbols, [&](auto symbol) { return is_symbol(symbol); });
    };
    auto first = (this->*operand)();
    if (!first || !at_link()) return first;
    ExprPtr expr = make(ExprKind::chain, peek().at);
    expr->args.push_back(std::move(*first));
    while (at_link()) {
        const Token link = take();
        expr->links.push_back({link.text, link.at});
        auto next = (this->*operand)();
        if (!next) return next;
        expr->args.push_back(std::move(*next));
    }
    if (expr->links.size() > 1) return expr;
    expr->kind = ExprKind::binary;
    expr->text = std::move(expr->links[0].text);
    expr->links.clear();
    return expr;
}

Checked<ExprPtr> Parser::sum() { return chained(&Parser::product, {"+", "-", "||"}); }

Checked<ExprPtr> Parser::product() { return chained(&Parser::unary, {"*", "/"}); }

Checked<ExprPtr> Parser::unary() {
    bool minus = false;
    const Position at = peek().at;
    while (is_symbol("-") || is_symbol("+")) minus ^= take().text == "-";
    auto value = primary();
    if (!value || !minus) return value;
    ExprPtr expr = make(ExprKind::unary, at, "-");
    expr->args.push_back(std::move(*value));
    return expr;
}

}  // namespace freshet::sql::streaming
