// The tokens of an expression, and the walk over them that all its parsers share.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tables/expression/expression.h"

namespace freshet::tables {

struct Token {
    enum class Kind { word, name, value, digits, sign, end };
    Kind kind;
    std::string text;  ///< with its # or :
    std::size_t at = 0;
};

/// Keeps the first failure; every parse step answers false after it.
class TokenReader {
  public:
    TokenReader(std::string_view what, const std::string& text, Substitutes& substitutes);

    bool fails(std::string reason);
    bool fails_here();  ///< a syntax error at the token in front
    Error error() const;
    bool has_failed() const { return !failure_.empty(); }

    const Token& peek(std::size_t ahead = 0) const;
    bool is_end() const { return peek().kind == Token::Kind::end; }
    bool is_sign(std::string_view text, std::size_t ahead = 0) const;
    bool is_word(std::string_view upper_case, std::size_t ahead = 0) const;
    /// A name in front of "(".
    bool is_call() const { return peek().kind == Token::Kind::word && is_sign("(", 1); }
    std::string take();
    bool take_sign(std::string_view text);     ///< a failure when it is another
    bool take_sign_if(std::string_view text);  ///< no failure
    bool take_word_if(std::string_view upper_case);

    bool take_path(Path& out);
    bool take_value(Value& out);
    /// True when the "(" in front directly holds another "(...)" and nothing else.
    bool has_redundant_parentheses() const;
    bool note_operator();

  private:
    void split();
    bool take_step_name(Path& out);

    std::string what_, text_, failure_;
    Substitutes& substitutes_;
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    std::size_t operators_ = 0;
};

}  // namespace freshet::tables
