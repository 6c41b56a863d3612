#include "sql/streaming/token.h"

#include <cctype>
#include <optional>

#include "base/error.h"

namespace freshet::sql::streaming {
namespace {

constexpr std::size_t name_size_max = 128;

bool is_word_start(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_word_start(c) || is_digit(c); }

class Lexer {
  public:
    explicit Lexer(std::string_view code) : code_(code) {}

    Checked<std::vector<Token>> run() {
        std::vector<Token> tokens;
        while (true) {
            if (auto skipped = skip(); !skipped) return pass(skipped);
            auto token = next();
            if (!token) return pass(token);
            tokens.push_back(std::move(*token));
            if (tokens.back().kind == TokenKind::end) return tokens;
        }
    }

  private:
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < code_.size() ? code_[at_ + ahead] : '\0';
    }
    char take() {
        const char c = code_[at_++];
        if (c == '\n') {
            ++place_.line;
            place_.column = 1;
        } else {
            ++place_.column;
        }
        return c;
    }

    Checked<> skip() {
        while (at_ < code_.size()) {
            const char c = peek();
            if (std::isspace(static_cast<unsigned char>(c))) {
                take();
            } else if ((c == '-' && peek(1) == '-') || (c == '/' && peek(1) == '/')) {
                while (at_ < code_.size() && peek() != '\n') take();
            } else if (c == '/' && peek(1) == '*') {
                const Position began = place_;
                while (at_ < code_.size() && !(peek() == '*' && peek(1) == '/')) take();
                if (at_ >= code_.size()) return wrong(began, "the comment is not closed");
                take();
                take();
            } else {
                break;
            }
        }
        return {};
    }

    /// The characters between two quotes, doubled ones taken once.
    Checked<std::string> quoted(char quote, const char* what) {
        const Position began = place_;
        std::string text;
        take();
        while (at_ < code_.size()) {
            const char c = take();
            if (c != quote) {
                text += c;
            } else if (peek() == quote) {
                text += take();
            } else {
                return text;
            }
        }
        return wrong(began, std::string(what) + " is not closed");
    }

    Checked<Token> next() {
        Token token{TokenKind::end, "", place_};
        if (at_ >= code_.size()) return token;
        const char c = peek();
        if (is_word_start(c)) return word(std::move(token));
        if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number(std::move(token));
        if (c == '"' || c == '\'') {
            auto text = quoted(c, c == '"' ? "the quoted name" : "the text");
            if (!text) return pass(text);
            token.kind = c == '"' ? TokenKind::quoted : TokenKind::text;
            token.text = std::move(*text);
            if (c == '"' && (token.text.empty() || token.text.size() > name_size_max))
                return wrong(token.at, "a name has 1 to 128 characters");
            return token;
        }
        token.kind = TokenKind::symbol;
        for (const std::string_view two : {"||", "<>", "<=", ">=", "!="}) {
            if (!code_.substr(at_).starts_with(two)) continue;
            take();
            take();
            token.text = two == "!=" ? "<>" : two;
            return token;
        }
        if (std::string_view("+-*/=<>(),.;{}[]?:").find(c) == std::string_view::npos)
            return wrong(place_, std::string("unexpected character '") + c + "'");
        token.text = take();
        return token;
    }

    Checked<Token> word(Token token) {
        if ((peek() == 'u' || peek() == 'U') && peek(1) == '&' && peek(2) == '\'') {
            take();
            take();
            return unicode_text(std::move(token));
        }
        token.kind = TokenKind::word;
        while (at_ < code_.size() && is_word(peek()))
            token.text += static_cast<char>(std::toupper(static_cast<unsigned char>(take())));
        if (token.text.size() > name_size_max)
            return wrong(token.at, "a name has at most 128 characters");
        return token;
    }

    /// U&'\0041': four hexadecimal digits after a backslash; two backslashes are one.
    Checked<Token> unicode_text(Token token) {
        auto text = quoted('\'', "the text");
        if (!text) return pass(text);
        token.kind = TokenKind::text;
        for (std::size_t i = 0; i < text->size(); ++i) {
            if ((*text)[i] != '\\') {
                token.text += (*text)[i];
            } else if (i + 1 < text->size() && (*text)[i + 1] == '\\') {
                token.text += (*text)[++i];
            } else if (i + 4 < text->size() && text->substr(i + 1, 4).find_first_not_of(
                                                   "0123456789abcdefABCDEF") == std::string::npos) {
                append_utf8(std::stoul(text->substr(i + 1, 4), nullptr, 16), token.text);
                i += 4;
            } else {
                return wrong(token.at, "a backslash in U&'' precedes four hexadecimal digits");
            }
        }
        return token;
    }

    static void append_utf8(unsigned long code, std::string& out) {
        if (code < 0x80) {
            out += static_cast<char>(code);
            return;
        }
        if (code < 0x800) {
            out += static_cast<char>(0xc0 | (code >> 6));
        } else {
            out += static_cast<char>(0xe0 | (code >> 12));
            out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        }
        out += static_cast<char>(0x80 | (code & 0x3f));
    }

    Checked<Token> number(Token token) {
        token.kind = TokenKind::number;
        while (is_digit(peek())) token.text += take();
        if (peek() == '.') {
            token.text += take();
            while (is_digit(peek())) token.text += take();
        }
        if (peek() == 'e' || peek() == 'E') {
            token.text += take();
            if (peek() == '+' || peek() == '-') token.text += take();
            if (!is_digit(peek())) return wrong(place_, "the exponent has no digits");
            while (is_digit(peek())) token.text += take();
        }
        if (is_word_start(peek())) return wrong(token.at, "a name cannot begin with a digit");
        return token;
    }

    std::string_view code_;
    std::size_t at_ = 0;
    Position place_;
};

}  // namespace

Checked<std::vector<Token>> tokens_of(std::string_view code) { return Lexer(code).run(); }

}  // namespace freshet::sql::streaming
