// Reads a Trino statement of Athena: SELECT, CREATE VIEW, DROP VIEW. Errors have Trino's wording.
#pragma once
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "sql/trino/parse/token.h"
#include "sql/trino/parse/tree.h"

namespace freshet::sql::trino {

/// Routes by the first words: Hive DDL goes to sql/hive, the rest is read here.
SyntaxResult<Statement> parse_statement(std::string_view text);

/// A whole type as Trino writes it: "array(row(a integer))". Nothing for one that is not known.
std::optional<Type> parse_type(std::string_view text);

/// Reads from `in`, which outlives it, and leaves what follows to the caller. One object a
/// statement: it numbers the parameters. After an error, where `in` is means nothing.
class Parser {
  public:
    explicit Parser(TokenReader& in) : in_(in) {}
    SyntaxResult<QueryPtr> query();
    SyntaxResult<ExprPtr> expression();
    SyntaxResult<std::string> identifier();
    SyntaxResult<std::vector<std::string>> qualified_name();
    SyntaxResult<Type> type();

  private:
    // parser.cpp: queries
    SyntaxResult<std::unique_ptr<Body>> set_expression(int level);
    SyntaxResult<std::unique_ptr<Body>> primary_body();
    SyntaxResult<> select_items(Select& select);
    SyntaxResult<> group_by(Select& select);
    SyntaxResult<std::vector<ExprPtr>> grouping_set();
    SyntaxResult<RelationPtr> relation();
    SyntaxResult<bool> join_tail(RelationPtr& left);
    SyntaxResult<RelationPtr> relation_primary();
    SyntaxResult<> relation_alias(Relation& relation);
    SyntaxResult<std::vector<std::string>> name_list();
    SyntaxResult<std::vector<SortItem>> sort_items();
    SyntaxResult<> limits(Query& query);
    SyntaxResult<> with_clause(Query& query);
    // parser_expr.cpp: expressions
    SyntaxResult<ExprPtr> disjunction();
    SyntaxResult<ExprPtr> conjunction();
    SyntaxResult<ExprPtr> negation();
    SyntaxResult<ExprPtr> predicate();
    SyntaxResult<bool> predicate_tail(ExprPtr& left);
    SyntaxResult<ExprPtr> comparison_right(ExprPtr left, std::string op, Position at);
    SyntaxResult<ExprPtr> in_right(ExprPtr left, Position at, bool is_negated);
    SyntaxResult<ExprPtr> chained(SyntaxResult<ExprPtr> (Parser::*operand)(),
                                  std::initializer_list<std::string_view> symbols);
    SyntaxResult<ExprPtr> joined(SyntaxResult<ExprPtr> (Parser::*operand)(), std::string_view word);
    SyntaxResult<ExprPtr> additive();
    SyntaxResult<ExprPtr> multiplicative();
    SyntaxResult<ExprPtr> unary();
    SyntaxResult<ExprPtr> postfix();
    // parser_primary.cpp: literals, calls and the special forms
    SyntaxResult<ExprPtr> primary();
    ExprPtr parameter();
    SyntaxResult<ExprPtr> parenthesized();
    SyntaxResult<ExprPtr> word_primary();
    SyntaxResult<ExprPtr> special_form(const std::string& word, bool& was_taken);
    SyntaxResult<ExprPtr> bare_call(Position at);
    SyntaxResult<ExprPtr> name_or_call();
    SyntaxResult<ExprPtr> call(std::string name, Position at);
    SyntaxResult<> call_tail(Expr& call);
    SyntaxResult<ExprPtr> case_expression();
    SyntaxResult<ExprPtr> cast(bool is_safe);
    SyntaxResult<ExprPtr> extract();
    SyntaxResult<ExprPtr> interval();
    SyntaxResult<ExprPtr> trim_or_position(const std::string& word);
    SyntaxResult<ExprPtr> lambda();
    SyntaxResult<Window> window_specification();
    SyntaxResult<> window_frame(Window& window);
    SyntaxResult<Window::Bound> frame_bound();
    SyntaxResult<std::vector<ExprPtr>> expression_list();
    // of type(), after its first word
    SyntaxResult<Type> collection_type(const Token& word);
    SyntaxResult<Type> row_type();
    SyntaxResult<Type> time_type(const Token& word);
    SyntaxResult<Type> plain_type(const Token& word);
    /// "(10, 2)", or nothing.
    SyntaxResult<std::vector<int>> type_numbers();
    bool is_lambda_ahead() const;
    /// After an opening parenthesis: true when a query follows, false for an expression or a
    /// relation.
    bool is_query_ahead() const;

    /// One level deeper, or the error that there are too many.
    SyntaxResult<> enter();

    TokenReader& in_;
    int depth_ = 0;
    int parameters_ = 0;
};

ExprPtr make_expr(ExprKind kind, Position at, std::string text = "");
ExprPtr make_binary(std::string op, Position at, ExprPtr left, ExprPtr right);

}  // namespace freshet::sql::trino
