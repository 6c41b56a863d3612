// Recursive descent over the tokens. Internal to this folder.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sql/streaming/tree.h"

namespace freshet::sql::streaming {

/// script() once. The first error ends it.
class Parser {
  public:
    explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
    Checked<Script> script();

  private:
    static constexpr int depth_max = 64;  ///< parentheses, calls and subqueries within one another

    // statements (parser.cpp)
    Checked<> statement(Script& script);
    Checked<> create_stream(Script& script, Position at);
    Checked<> create_pump(Script& script, Position at);
    Checked<> description();
    Checked<record::Type> type();
    Checked<std::unique_ptr<Select>> select();
    Checked<> items(Select& select);
    Checked<From> from();
    Checked<> alias_of(From& from);
    Checked<From> table_function();
    Checked<> clauses(Select& select);

    // expressions (parser_expr.cpp)
    Checked<ExprPtr> expression();
    Checked<ExprPtr> joined(Checked<ExprPtr> (Parser::*operand)(), const char* word);
    Checked<ExprPtr> disjunction();
    Checked<ExprPtr> conjunction();
    Checked<ExprPtr> negation();
    Checked<ExprPtr> predicate();
    Checked<ExprPtr> tail_of(ExprPtr value);
    Checked<ExprPtr> is_tail(ExprPtr value);
    Checked<ExprPtr> in_tail(ExprPtr value, bool is_negated);
    Checked<ExprPtr> chained(Checked<ExprPtr> (Parser::*operand)(),
                             std::initializer_list<std::string_view> symbols);
    Checked<ExprPtr> sum();
    Checked<ExprPtr> product();
    Checked<ExprPtr> unary();
    // parser_primary.cpp
    Checked<ExprPtr> primary();
    Checked<ExprPtr> interval_qualifier(ExprPtr value);
    Checked<ExprPtr> word_primary();
    Checked<ExprPtr> column();
    Checked<ExprPtr> case_expression();
    Checked<ExprPtr> interval();
    Checked<ExprPtr> call();
    Checked<ExprPtr> cast();
    Checked<ExprPtr> special_call(const std::string& name, Position at);
    Checked<ExprPtr> substring(ExprPtr call);
    Checked<ExprPtr> trim(ExprPtr call);
    Checked<ExprPtr> overlay(ExprPtr call);

    // tokens
    const Token& peek(std::size_t ahead = 0) const {
        return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
    }
    Token take() { return tokens_[at_ + 1 < tokens_.size() ? at_++ : at_]; }
    bool is_word(std::string_view word, std::size_t ahead = 0) const {
        return peek(ahead).kind == TokenKind::word && peek(ahead).text == word;
    }
    bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const {
        return peek(ahead).kind == TokenKind::symbol && peek(ahead).text == symbol;
    }
    bool take_word(std::string_view word) { return is_word(word) && (take(), true); }
    bool take_symbol(std::string_view symbol) { return is_symbol(symbol) && (take(), true); }
    Checked<> expect_word(std::string_view word);
    Checked<> expect_symbol(std::string_view symbol);
    Checked<std::string> name(const char* what);
    Checked<std::int64_t> whole_number(const char* what);
    std::unexpected<CodeError> unexpected(std::string_view expected) const;
    std::unexpected<CodeError> not_built(std::string_view what) const;
    ExprPtr make(ExprKind kind, Position at, std::string text = "") const;

    std::vector<Token> tokens_;
    std::size_t at_ = 0;
    int depth_ = 0;
};

/// The words that a name or an alias without quotes cannot be.
bool ends_a_clause(const Token& token);

}  // namespace freshet::sql::streaming
