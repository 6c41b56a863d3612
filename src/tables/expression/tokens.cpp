#include "tables/expression/tokens.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/check.h"
#include "tables/errors.h"
#include "tables/limits.h"

namespace freshet::tables {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// DynamoDB takes . and - in placeholders' definitions only; names in expressions are plain.
bool is_name_part(char c) { return is_letter(c) || is_digit(c); }

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
}

}  // namespace

const std::string* Substitutes::name(const std::string& key) {
    const auto found = names.find(key);
    if (found == names.end()) return nullptr;
    used_.insert(key);
    return &found->second;
}

const Value* Substitutes::value(const std::string& key) {
    const auto found = values.find(key);
    if (found == values.end()) return nullptr;
    used_.insert(key);
    return &found->second;
}

Result<> Substitutes::all_used() const {
    const auto check = [this](std::string_view what, const auto& all) -> Result<> {
        std::vector<std::string> unused;
        for (const auto& [key, given] : all)
            if (!used_.contains(key)) unused.push_back(key);
        if (unused.empty()) return {};
        return fail(Errc::invalid,
                    fmt::format("Value provided in {} unused in expressions: keys: {{{}}}", what,
                                fmt::join(unused, ", ")));
    };
    if (auto good = check("ExpressionAttributeNames", names); !good) return good;
    return check("ExpressionAttributeValues", values);
}

TokenReader::TokenReader(std::string_view what, const std::string& text, Substitutes& substitutes)
    : what_(what), text_(text), substitutes_(substitutes) {
    if (text.size() > limits::expression_bytes_max)
        fails(fmt::format(
            "Expression size has exceeded the maximum allowed size; expression size: {}",
            text.size()));
    if (text.empty()) fails("The expression can not be empty;");
    if (failure_.empty()) split();
    tokens_.push_back({Token::Kind::end, "<EOF>", text_.size()});
}

void TokenReader::split() {
    for (std::size_t at = 0; at < text_.size();) {
        const char c = text_[at];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            ++at;
            continue;
        }
        std::size_t end = at + 1;
        auto kind = Token::Kind::sign;
        if (is_letter(c) || is_digit(c) || c == '#' || c == ':') {
            kind = c == '#'       ? Token::Kind::name
                   : c == ':'     ? Token::Kind::value
                   : is_letter(c) ? Token::Kind::word
                                  : Token::Kind::digits;
            const auto belongs = kind == Token::Kind::digits ? is_digit : is_name_part;
            while (end < text_.size() && belongs(text_[end])) ++end;
        } else if (end < text_.size() && ((c == '<' && (text_[end] == '=' || text_[end] == '>')) ||
                                          (c == '>' && text_[end] == '='))) {
            ++end;
        }
        tokens_.push_back({kind, text_.substr(at, end - at), at});
        static constexpr std::string_view signs = "()[],.=<>+-";
        const bool is_bare = (c == '#' || c == ':') && end == at + 1;
        if (is_bare || (kind == Token::Kind::sign && signs.find(c) == std::string_view::npos)) {
            next_ = tokens_.size() - 1;
            tokens_.push_back({Token::Kind::end, "<EOF>", end});
            fails_here();
            return;
        }
        at = end;
    }
    if (tokens_.empty()) fails("The expression can not be empty;");
}

bool TokenReader::fails(std::string reason) {
    if (failure_.empty()) failure_ = fmt::format("Invalid {}: {}", what_, reason);
    return false;
}

bool TokenReader::fails_here() {
    const Token& here = peek();
    const std::size_t from = next_ > 0 ? tokens_[next_ - 1].at : here.at;
    const Token& after = peek(1);
    const std::size_t to = after.at + (after.kind == Token::Kind::end ? 0 : after.text.size());
    std::string near = text_.substr(from, std::max(to, from) - from);
    if (here.kind == Token::Kind::end)
        return fails(fmt::format("Syntax error; token: <EOF>, near: \"{}\"", near));
    return fails(fmt::format("Syntax error; token: \"{}\", near: \"{}\"", here.text, near));
}

Error TokenReader::error() const { return Error(Errc::invalid, failure_); }

const Token& TokenReader::peek(std::size_t ahead) const {
    FRESHET_CHECK(next_ < tokens_.size());  // the last token is the end, and nothing takes it
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

bool TokenReader::is_sign(std::string_view text, std::size_t ahead) const {
    return peek(ahead).kind == Token::Kind::sign && peek(ahead).text == text;
}

bool TokenReader::is_word(std::string_view upper_case, std::size_t ahead) const {
    return peek(ahead).kind == Token::Kind::word && upper(peek(ahead).text) == upper_case;
}

std::string TokenReader::take() {
    std::string text = peek().text;
    if (!is_end()) ++next_;
    return text;
}

bool TokenReader::take_sign_if(std::string_view text) {
    if (!is_sign(text)) return false;
    ++next_;
    return true;
}

bool TokenReader::take_sign(std::string_view text) { return take_sign_if(text) || fails_here(); }

bool TokenReader::take_word_if(std::string_view upper_case) {
    if (!is_word(upper_case)) return false;
    ++next_;
    return true;
}

bool TokenReader::take_step_name(Path& out) {
    const Token& token = peek();
    if (token.kind == Token::Kind::name) {
        const std::string* name = substitutes_.name(token.text);
        if (!name)
            return fails(
                fmt::format("An expression attribute name used in the document path is not "
                            "defined; attribute name: {}",
                            token.text));
        out.push_back({*name, std::nullopt});
    } else if (token.kind == Token::Kind::word) {
        if (is_reserved(upper(token.text)))
            return fails(fmt::format("Attribute name is a reserved keyword; reserved keyword: {}",
                                     token.text));
        out.push_back({token.text, std::nullopt});
    } else {
        return fails_here();
    }
    take();
    return true;
}

bool TokenReader::take_path(Path& out) {
    if (has_failed() || !take_step_name(out)) return false;
    while (true) {
        if (take_sign_if(".")) {
            if (!take_step_name(out)) return false;
        } else if (take_sign_if("[")) {
            if (peek().kind != Token::Kind::digits || peek().text.size() > 9) return fails_here();
            out.push_back({"", static_cast<std::size_t>(std::stoul(take()))});
            if (!take_sign("]")) return false;
        } else {
            return true;
        }
        if (out.size() > static_cast<std::size_t>(limits::nesting_max))
            return fails("The document path has too many nesting elements");
    }
}

bool TokenReader::take_value(Value& out) {
    const Value* found = substitutes_.value(peek().text);
    if (!found)
        return fails(
            fmt::format("An expression attribute value used in expression is not defined; "
                        "attribute value: {}",
                        peek().text));
    out = *found;
    take();
    return true;
}

bool TokenReader::has_redundant_parentheses() const {
    if (!is_sign("(") || !is_sign("(", 1)) return false;
    int depth = 0;
    for (std::size_t i = next_ + 1; i < tokens_.size(); ++i) {
        if (tokens_[i].text == "(") ++depth;
        if (tokens_[i].text == ")" && --depth == 0)
            return i + 1 < tokens_.size() && tokens_[i + 1].text == ")";
    }
    return false;
}

bool TokenReader::note_operator() {
    if (++operators_ <= limits::expression_operators_max) return true;
    return fails(
        fmt::format("The expression contains too many operators; operator count: {}", operators_));
}

}  // namespace freshet::tables
