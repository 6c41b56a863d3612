// Expressions by precedence: OR, AND, NOT, predicates, + - ||, * / %, signs, subscripts.
#include <algorithm>

#include "base/stack.h"
#include "sql/trino/limits.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {

ExprPtr make_expr(ExprKind kind, Position at, std::string text) {
    auto expr = std::make_unique<Expr>();
    expr->kind = kind;
    expr->at = at;
    expr->text = std::move(text);
    return expr;
}

ExprPtr make_binary(std::string op, Position at, ExprPtr left, ExprPtr right) {
    auto expr = make_expr(ExprKind::binary, at, std::move(op));
    expr->arguments.push_back(std::move(left));
    expr->arguments.push_back(std::move(right));
    return expr;
}

SyntaxResult<ExprPtr> Parser::expression() {
    if (auto entered = enter(); !entered) return pass(entered);
    auto expr = is_lambda_ahead() ? lambda() : disjunction();
    --depth_;
    return expr;
}

SyntaxResult<> Parser::enter() {
    if (++depth_ <= nesting_max && stack_has_room()) return {};
    return std::unexpected(SyntaxError{in_.peek().at, "statement is too deeply nested"});
}

/// A chain of AND or OR is one node, however long.
SyntaxResult<ExprPtr> Parser::joined(SyntaxResult<ExprPtr> (Parser::*operand)(),
                                     std::string_view word) {
    auto first = (this->*operand)();
    if (!first || !in_.is_word(word)) return first;
    auto expr = make_expr(ExprKind::binary, in_.peek().at, lower_case(word));
    expr->arguments.push_back(std::move(*first));
    while (in_.accept_word(word)) {
        FRESHET_TRY(next, (this->*operand)());
        expr->arguments.push_back(std::move(*next));
    }
    return expr;
}

SyntaxResult<ExprPtr> Parser::disjunction() { return joined(&Parser::conjunction, "OR"); }

SyntaxResult<ExprPtr> Parser::conjunction() { return joined(&Parser::negation, "AND"); }

SyntaxResult<ExprPtr> Parser::negation() {
    if (!in_.is_word("NOT")) return predicate();
    if (auto entered = enter(); !entered) return pass(entered);
    auto expr = make_expr(ExprKind::unary, in_.take().at, "not");
    FRESHET_TRY(inner, negation());
    --depth_;
    expr->arguments.push_back(std::move(*inner));
    return expr;
}

SyntaxResult<ExprPtr> Parser::predicate() {
    FRESHET_TRY(left, additive());
    while (true) {
        FRESHET_TRY(more, predicate_tail(*left));
        if (!*more) return left;
    }
}

SyntaxResult<bool> Parser::predicate_tail(ExprPtr& left) {
    const Position at = in_.peek().at;
    for (const std::string_view op : {"=", "<>", "!=", "<=", ">=", "<", ">"}) {
        if (!in_.accept_symbol(op)) continue;
        FRESHET_TRY(made,
                    comparison_right(std::move(left), op == "!=" ? "<>" : std::string(op), at));
        left = std::move(*made);
        return true;
    }
    if (in_.accept_word("IS")) {
        const bool is_negated = in_.accept_word("NOT");
        ExprPtr expr;
        if (in_.accept_word("NULL")) {
            expr = make_expr(ExprKind::is_null, at);
            expr->arguments.push_back(std::move(left));
        } else {
            if (!in_.accept_words({"DISTINCT", "FROM"}))
                return std::unexpected(in_.mismatch("'NOT', 'NULL', 'DISTINCT'"));
            expr = make_expr(ExprKind::is_distinct, at);
            FRESHET_TRY(right, additive());
            expr->arguments.push_back(std::move(left));
            expr->arguments.push_back(std::move(*right));
        }
        expr->is_negated = is_negated;
        left = std::move(expr);
        return true;
    }
    const bool is_negated = in_.is_word("NOT");
    const std::size_t ahead = is_negated ? 1 : 0;
    if (!in_.is_word("BETWEEN", ahead) && !in_.is_word("IN", ahead) && !in_.is_word("LIKE", ahead))
        return false;
    if (is_negated) in_.take();
    const std::string word = in_.take().upper;
    if (word == "IN") {
        FRESHET_TRY(made, in_right(std::move(left), at, is_negated));
        left = std::move(*made);
        return true;
    }
    auto expr = make_expr(word == "LIKE" ? ExprKind::like : ExprKind::between, at);
    expr->is_negated = is_negated;
    expr->arguments.push_back(std::move(left));
    FRESHET_TRY(second, additive());
    expr->arguments.push_back(std::move(*second));
    const bool has_third = word == "LIKE" ? in_.accept_word("ESCAPE") : true;
    if (word == "BETWEEN") {
        if (auto between = in_.expect_word("AND"); !between) return pass(between);
    }
    if (has_third) {
        FRESHET_TRY(last, additive());
        expr->arguments.push_back(std::move(*last));
    }
    left = std::move(expr);
    return true;
}

SyntaxResult<ExprPtr> Parser::comparison_right(ExprPtr left, std::string op, Position at) {
    const bool is_all = in_.is_word("ALL");
    if ((is_all || in_.is_word("ANY") || in_.is_word("SOME")) && in_.is_symbol("(", 1)) {
        in_.take();
        in_.take();
        auto expr = make_expr(ExprKind::quantified, at, std::move(op));
        expr->unit = is_all ? "all" : "any";
        expr->arguments.push_back(std::move(left));
        FRESHET_TRY(query, this->query());
        expr->query = std::move(*query);
        if (auto close = in_.expect_symbol(")"); !close) return pass(close);
        return expr;
    }
    FRESHET_TRY(right, additive());
    return make_binary(std::move(op), at, std::move(left), std::move(*right));
}

SyntaxResult<ExprPtr> Parser::in_right(ExprPtr left, Position at, bool is_negated) {
    if (auto open = in_.expect_symbol("("); !open) return pass(open);
    const bool is_query = in_.is_word("SELECT") || in_.is_word("WITH") || in_.is_word("VALUES");
    auto expr = make_expr(is_query ? ExprKind::in_query : ExprKind::in_list, at);
    expr->is_negated = is_negated;
    expr->arguments.push_back(std::move(left));
    if (is_query) {
        FRESHET_TRY(query, this->query());
        expr->query = std::move(*query);
    } else {
        FRESHET_TRY(list, expression_list());
        for (auto& item : *list) expr->arguments.push_back(std::move(item));
    }
    if (auto close = in_.expect_symbol(")"); !close) return pass(close);
    return expr;
}

/// One operator makes a binary expression, more make a chain.
SyntaxResult<ExprPtr> Parser::chained(SyntaxResult<ExprPtr> (Parser::*operand)(),
                                      std::initializer_list<std::string_view> symbols) {
    const auto at_link = [&] {
        return std::ranges::any_of(symbols, [&](auto symbol) { return in_.is_symbol(symbol); });
    };
    auto first = (this->*operand)();
    if (!first || !at_link()) return first;
    auto expr = make_expr(ExprKind::chain, in_.peek().at);
    expr->arguments.push_back(std::move(*first));
    while (at_link()) {
        const Token link = in_.take();
        expr->links.push_back({link.text, link.at});
        FRESHET_TRY(next, (this->*operand)());
        expr->arguments.push_back(std::move(*next));
    }
    if (expr->links.size() > 1) return expr;
    expr->kind = ExprKind::binary;
    expr->text = std::move(expr->links[0].text);
    expr->links.clear();
    return expr;
}

SyntaxResult<ExprPtr> Parser::additive() {
    return chained(&Parser::multiplicative, {"+", "-", "||"});
}

SyntaxResult<ExprPtr> Parser::multiplicative() { return chained(&Parser::unary, {"*", "/", "%"}); }

SyntaxResult<ExprPtr> Parser::unary() {
    if (!in_.is_symbol("-") && !in_.is_symbol("+")) return postfix();
    if (auto entered = enter(); !entered) return pass(entered);
    const Token op = in_.take();
    FRESHET_TRY(inner, unary());
    --depth_;
    const ExprKind kind = (*inner)->kind;
    const bool is_number = kind == ExprKind::integer_literal || kind == ExprKind::decimal_literal ||
                           kind == ExprKind::double_literal;
    if (op.text == "-" && is_number && !(*inner)->text.starts_with('-')) {
        (*inner)->text.insert(0, "-");
        (*inner)->at = op.at;
        return inner;
    }
    auto expr = make_expr(ExprKind::unary, op.at, op.text);
    expr->arguments.push_back(std::move(*inner));
    return expr;
}

SyntaxResult<ExprPtr> Parser::postfix() {
    FRESHET_TRY(base, primary());
    while (true) {
        const Position at = in_.peek().at;
        if (in_.accept_symbol("[")) {
            auto expr = make_expr(ExprKind::subscript, at);
            FRESHET_TRY(index, expression());
            if (auto close = in_.expect_symbol("]"); !close) return pass(close);
            expr->arguments.push_back(std::move(*base));
            expr->arguments.push_back(std::move(*index));
            *base = std::move(expr);
        } else if (in_.is_symbol(".")) {
            in_.take();
            FRESHET_TRY(name, identifier());
            auto expr = make_expr(ExprKind::field, at, std::move(*name));
            expr->arguments.push_back(std::move(*base));
            *base = std::move(expr);
        } else if (in_.accept_words({"AT", "TIME", "ZONE"})) {
            auto expr = make_expr(ExprKind::at_time_zone, at);
            FRESHET_TRY(zone, primary());
            expr->arguments.push_back(std::move(*base));
            expr->arguments.push_back(std::move(*zone));
            *base = std::move(expr);
        } else {
            return base;
        }
    }
}

SyntaxResult<std::vector<ExprPtr>> Parser::expression_list() {
    std::vector<ExprPtr> list;
    do {
        FRESHET_TRY(expr, expression());
        list.push_back(std::move(*expr));
    } while (in_.accept_symbol(","));
    return list;
}

bool Parser::is_lambda_ahead() const {
    const auto name = [&](std::size_t ahead) {
        const TokenKind kind = in_.peek(ahead).kind;
        return kind == TokenKind::word || kind == TokenKind::quoted;
    };
    if (name(0) && in_.is_symbol("->", 1)) return true;
    if (!in_.is_symbol("(")) return false;
    std::size_t ahead = 1;
    while (name(ahead)) {
        ++ahead;
        if (!in_.is_symbol(",", ahead)) break;
        ++ahead;
    }
    return in_.is_symbol(")", ahead) && in_.is_symbol("->", ahead + 1);
}

bool Parser::is_query_ahead() const {
    std::size_t opens = 0;
    while (in_.is_symbol("(", opens)) ++opens;
    if (!in_.is_word("SELECT", opens) && !in_.is_word("WITH", opens) &&
        !in_.is_word("VALUES", opens) && !in_.is_word("TABLE", opens))
        return false;
    if (opens == 0) return true;
    // ((SELECT ...) decides by what follows its second parenthesis.
    int depth = 0;
    std::size_t ahead = 0;
    for (; in_.peek(ahead).kind != TokenKind::end; ++ahead) {
        if (in_.is_symbol("(", ahead)) ++depth;
        if (in_.is_symbol(")", ahead) && --depth == 0) break;
    }
    if (in_.is_symbol(")", ahead + 1)) return true;
    for (const std::string_view word :
         {"UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH"}) {
        if (in_.is_word(word, ahead + 1)) return true;
    }
    return false;
}

SyntaxResult<ExprPtr> Parser::lambda() {
    auto expr = make_expr(ExprKind::lambda, in_.peek().at);
    if (in_.accept_symbol("(")) {
        while (!in_.accept_symbol(")")) {
            expr->names.push_back(in_.take().text);
            in_.accept_symbol(",");
        }
    } else {
        expr->names.push_back(in_.take().text);
    }
    in_.take();  // ->
    FRESHET_TRY(body, expression());
    expr->arguments.push_back(std::move(*body));
    return expr;
}

}  // namespace freshet::sql::trino
