// The words of a Trino or Hive statement, each with its place. Trino: "x" is a name, `x` is
// refused; Hive: `x` is a name, "x" is text.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/trino/parse/syntax_error.h"

namespace freshet::sql::trino {

enum class TokenKind {
    end,
    word,
    quoted,
    string,
    binary,
    integer,
    decimal,
    floating,
    parameter,
    symbol
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;   ///< words as written; names and strings without quotes
    std::string upper;  ///< words only
    Position at;
    std::size_t begin = 0, end = 0;  ///< bytes of the statement
};

enum class Dialect { trino, hive };

/// Always ends with an `end` token.
std::expected<std::vector<Token>, SyntaxError> tokenize(std::string_view text, Dialect dialect);

/// Walks the tokens; what the two parsers share.
class TokenReader {
  public:
    TokenReader(std::string_view text, std::vector<Token> tokens)
        : text_(text), tokens_(std::move(tokens)) {}

    const Token& peek(std::size_t ahead = 0) const;
    Token take();
    bool is_word(std::string_view upper, std::size_t ahead = 0) const;
    bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const;
    /// Takes it when it is next.
    bool accept_word(std::string_view upper);
    bool accept_words(std::initializer_list<std::string_view> words);
    bool accept_symbol(std::string_view symbol);
    SyntaxResult<> expect_word(std::string_view upper);
    SyntaxResult<> expect_symbol(std::string_view symbol);
    /// "mismatched input 'X'. Expecting: ..." at the next token.
    SyntaxError mismatch(std::string_view expecting) const;
    /// The statement's text from byte `begin` to the end of the last token taken.
    std::string_view text_since(std::size_t begin) const;
    std::size_t position() const { return at_; }
    void rewind(std::size_t position) { at_ = position; }

  private:
    std::string_view text_;
    std::vector<Token> tokens_;
    std::size_t at_ = 0;
};

}  // namespace freshet::sql::trino
