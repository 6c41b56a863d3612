#include "sql/trino/parse/token.h"

#include <array>
#include <cctype>

#include "base/error.h"

namespace freshet::sql::trino {
namespace {

bool is_word_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_word_part(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@' || c == '$';
}
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

class Scanner {
  public:
    Scanner(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

    SyntaxResult<std::vector<Token>> run() {
        std::vector<Token> tokens;
        while (true) {
            if (auto skipped = skip_blank(); !skipped) return pass(skipped);
            Token token;
            token.at = at_;
            token.begin = here_;
            if (here_ < text_.size()) {
                if (auto read = scan(token); !read) return pass(read);
            }
            token.end = here_;
            const bool is_end = token.kind == TokenKind::end;
            tokens.push_back(std::move(token));
            if (is_end) return tokens;
        }
    }

  private:
    char now(std::size_t ahead = 0) const {
        return here_ + ahead < text_.size() ? text_[here_ + ahead] : '\0';
    }
    void step(std::size_t count = 1) {
        for (; count > 0 && here_ < text_.size(); --count, ++here_) {
            if (text_[here_] == '\n') {
                ++at_.line;
                at_.column = 1;
            } else {
                ++at_.column;
            }
        }
    }
    SyntaxResult<> skip_blank() {
        while (here_ < text_.size()) {
            if (std::isspace(static_cast<unsigned char>(now())) != 0) {
                step();
            } else if (now() == '-' && now(1) == '-') {
                while (here_ < text_.size() && now() != '\n') step();
            } else if (now() == '/' && now(1) == '*') {
                const Position start = at_;
                const auto close = text_.find("*/", here_ + 2);
                if (close == std::string_view::npos) {
                    return std::unexpected(
                        SyntaxError{start, "mismatched input '<EOF>'. Expecting: '*/'"});
                }
                step(close + 2 - here_);
            } else {
                break;
            }
        }
        return {};
    }
    SyntaxResult<> scan(Token& token) {
        const char c = now();
        if ((c == 'x' || c == 'X') && now(1) == '\'') {
            step();
            token.kind = TokenKind::binary;
            return quoted(token, '\'');
        }
        if (is_word_start(c)) {
            token.kind = TokenKind::word;
            while (is_word_part(now())) {
                token.text += now();
                token.upper += static_cast<char>(std::toupper(static_cast<unsigned char>(now())));
                step();
            }
            return {};
        }
        if (is_digit(c) || (c == '.' && is_digit(now(1)))) return number(token);
        if (c == '\'') {
            token.kind = TokenKind::string;
            return quoted(token, c);
        }
        if (c == '"') {
            token.kind = dialect_ == Dialect::trino ? TokenKind::quoted : TokenKind::string;
            return quoted(token, c);
        }
        if (c == '`') {
            if (dialect_ == Dialect::trino) {
                return std::unexpected(SyntaxError{at_,
                                                   "backquoted identifiers are not supported; use "
                                                   "double quotes to quote identifiers"});
            }
            token.kind = TokenKind::quoted;
            return quoted(token, c);
        }
        return symbol(token);
    }
    SyntaxResult<> quoted(Token& token, char quote) {
        const Position start = at_;
        step();
        while (here_ < text_.size()) {
            if (dialect_ == Dialect::hive && now() == '\\' && quote != '`') {
                escape(token);
                continue;
            }
            if (now() == quote) {
                if (now(1) != quote) {
                    step();
                    return {};
                }
                step();
            }
            token.text += now();
            step();
        }
        return std::unexpected(
            SyntaxError{start, "mismatched input '<EOF>'. Expecting: a closing quote"});
    }
    /// Hive's backslash escapes; "\001" is one byte of that octal value.
    void escape(Token& token) {
        step();
        const char c = now();
        if (c >= '0' && c <= '3' && is_digit(now(1)) && is_digit(now(2))) {
            token.text += static_cast<char>((c - '0') * 64 + (now(1) - '0') * 8 + (now(2) - '0'));
            step(3);
            return;
        }
        switch (c) {
            case 'n':
                token.text += '\n';
                break;
            case 't':
                token.text += '\t';
                break;
            case 'r':
                token.text += '\r';
                break;
            case 'b':
                token.text += '\b';
                break;
            case '0':
                token.text += '\0';
                break;
            case 'Z':
                token.text += '\x1a';
                break;
            case '%':
                token.text += "\\%";
                break;
            case '_':
                token.text += "\\_";
                break;
            default:
                token.text += c;
                break;
        }
        step();
    }
    SyntaxResult<> number(Token& token) {
        token.kind = TokenKind::integer;
        const auto digits = [&] {
            while (is_digit(now()) || (now() == '_' && is_digit(now(1)))) {
                if (now() != '_') token.text += now();
                step();
            }
        };
        digits();
        if (now() == '.' && !(now(1) == '.')) {
            token.kind = TokenKind::decimal;
            token.text += '.';
            step();
            digits();
        }
        const bool has_sign = now(1) == '+' || now(1) == '-';
        if ((now() == 'e' || now() == 'E') && is_digit(now(has_sign ? 2 : 1))) {
            token.kind = TokenKind::floating;
            token.text += 'E';
            step();
            if (has_sign) {
                token.text += now();
                step();
            }
            digits();
        }
        if (is_word_start(now())) {
            return std::unexpected(SyntaxError{token.at,
                                               "identifiers must not start with a digit; surround "
                                               "the identifier with double quotes"});
        }
        return {};
    }
    SyntaxResult<> symbol(Token& token) {
        static constexpr std::array<std::string_view, 8> twos = {
            "<>", "!=", "<=", ">=", "||", "->", "=>", "=="};
        const std::string_view rest = text_.substr(here_);
        token.kind = TokenKind::symbol;
        for (const auto two : twos) {
            if (rest.starts_with(two)) {
                token.text = two;
                step(2);
                return {};
            }
        }
        const char c = now();
        if (c == '?') token.kind = TokenKind::parameter;
        if (std::string_view("()[]{},.;+-*/%<>=?:").find(c) == std::string_view::npos) {
            return std::unexpected(SyntaxError{at_, std::string("extraneous input '") + c + "'"});
        }
        token.text = c;
        step();
        return {};
    }

    std::string_view text_;
    Dialect dialect_;
    std::size_t here_ = 0;
    Position at_;
};

}  // namespace

SyntaxResult<std::vector<Token>> tokenize(std::string_view text, Dialect dialect) {
    return Scanner(text, dialect).run();
}

const Token& TokenReader::peek(std::size_t ahead) const {
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : tokens_.back();
}

Token TokenReader::take() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
}

bool TokenReader::is_word(std::string_view upper, std::size_t ahead) const {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::word && token.upper == upper;
}

bool TokenReader::is_symbol(std::string_view symbol, std::size_t ahead) const {
    const Token& token = peek(ahead);
    return token.kind == TokenKind::symbol && token.text == symbol;
}

bool TokenReader::accept_word(std::string_view upper) {
    if (!is_word(upper)) return false;
    take();
    return true;
}

bool TokenReader::accept_words(std::initializer_list<std::string_view> words) {
    std::size_t ahead = 0;
    for (const auto word : words) {
        if (!is_word(word, ahead++)) return false;
    }
    for (std::size_t i = 0; i < ahead; ++i) take();
    return true;
}

bool TokenReader::accept_symbol(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    take();
    return true;
}

SyntaxResult<> TokenReader::expect_word(std::string_view upper) {
    if (accept_word(upper)) return {};
    return std::unexpected(mismatch("'" + std::string(upper) + "'"));
}

SyntaxResult<> TokenReader::expect_symbol(std::string_view symbol) {
    if (accept_symbol(symbol)) return {};
    return std::unexpected(mismatch("'" + std::string(symbol) + "'"));
}

SyntaxError TokenReader::mismatch(std::string_view expecting) const {
    const Token& token = peek();
    const std::string found = token.kind == TokenKind::end
                                  ? "<EOF>"
                                  : std::string(text_.substr(token.begin, token.end - token.begin));
    return SyntaxError{token.at,
                       "mismatched input '" + found + "'. Expecting: " + std::string(expecting)};
}

std::string_view TokenReader::text_since(std::size_t begin) const {
    const std::size_t end = at_ > 0 ? tokens_[at_ - 1].end : begin;
    return end > begin ? text_.substr(begin, end - begin) : std::string_view();
}

}  // namespace freshet::sql::trino
