// Words of the streaming dialect, with their places.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::sql::streaming {

/// Both count from 1; columns count bytes.
struct Position {
    int line = 1, column = 1;
};

/// Why the code does not hold; what was expected where that can be said.
struct CodeError {
    Position at;
    std::string message;
    /// "line 3, column 12: unexpected 'FORM', expected FROM"
    std::string text() const {
        return "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": " +
               message;
    }
};
template <class T = void>
using Checked = std::expected<T, CodeError>;

inline std::unexpected<CodeError> wrong(Position at, std::string message) {
    return std::unexpected(CodeError{at, std::move(message)});
}

enum class TokenKind { word, quoted, text, number, symbol, end };

struct Token {
    TokenKind kind = TokenKind::end;
    std::string text;  ///< a word in upper case, a quoted name or a text without its quotes
    Position at;
};

/// The last token is `end`. Comments: --, //, /* */.
Checked<std::vector<Token>> tokens_of(std::string_view code);

}  // namespace freshet::sql::streaming
