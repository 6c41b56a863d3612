#include "cli/input/json_values.h"

#include <fmt/format.h>

#include <charconv>

namespace freshet::cli {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void skip_space(std::string_view text, std::size_t& at) {
    while (at < text.size() && is_space(text[at])) ++at;
}

std::unexpected<Error> wrong(std::size_t at, std::string_view what) {
    return fail(Errc::invalid, fmt::format("byte {}: {}", at + 1, what));
}

bool is_json_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t from = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at > from;
    };
    const bool has_leading_zero = at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1]);
    if (has_leading_zero || !digits()) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (!digits()) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (!digits()) return false;
    }
    return at == text.size();
}

/// Of the escape that `text` begins with: 6 for \u0041, 2 for others, nothing for none. One that
/// `text` ends within counts whole.
std::optional<std::size_t> escape_length(std::string_view text) {
    if (text.size() < 2) return 2;
    if (text[1] != 'u') {
        if (std::string_view("\"\\/bfnrt").find(text[1]) == std::string_view::npos)
            return std::nullopt;
        return 2;
    }
    for (const char c : text.substr(2, 4)) {
        const bool is_hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!is_hex) return std::nullopt;
    }
    return 6;
}

/// The grammar of one value as a machine over a stack of brackets.
class Scanner {
  public:
    Scanner(std::string_view text, std::size_t at, bool is_all)
        : text_(text), at_(at), is_all_(is_all) {}

    Result<std::optional<std::string>> scan() {
        do {
            skip_space(text_, at_);
            if (at_ == text_.size()) return ended();
            auto stepped = text_[at_] == '"' && want_ != Want::colon && want_ != Want::comma
                               ? string()
                               : step(text_[at_]);
            if (!stepped) return pass(stepped);
            if (!*stepped) return ended();
        } while (!(open_.empty() && want_ == Want::comma));
        return std::optional(std::move(out_));
    }
    std::size_t at() const { return at_; }

  private:
    enum class Want { value, value_or_end, key, key_or_end, colon, comma };

    Result<std::optional<std::string>> ended() const {
        if (is_all_) return wrong(text_.size(), "the text ends within a value");
        return std::nullopt;
    }

    void take(char c) {
        out_ += c;
        ++at_;
    }

    /// False when the text ends within what was begun.
    Result<bool> step(char c) {
        if (c == '{' || c == '[') return open(c);
        if (c == '}' || c == ']') return close(c);
        if (c == ':' && want_ == Want::colon) {
            want_ = Want::value;
        } else if (c == ',' && want_ == Want::comma) {
            want_ = open_.back() == '{' ? Want::key : Want::value;
        } else if (want_ == Want::value || want_ == Want::value_or_end) {
            return literal();
        } else {
            return unexpected(c);
        }
        take(c);
        return true;
    }

    std::unexpected<Error> unexpected(char c) const {
        const char* expected = want_ == Want::colon   ? "a colon"
                               : want_ == Want::comma ? "a comma or the closing bracket"
                               : want_ == Want::key || want_ == Want::key_or_end
                                   ? "a name in quotes"
                                   : "a value";
        return wrong(at_, fmt::format("expected {}, found '{}'", expected, c));
    }

    Result<bool> open(char c) {
        if (want_ != Want::value && want_ != Want::value_or_end) return unexpected(c);
        if (open_.size() >= json_depth_max)
            return wrong(at_,
                         fmt::format("more than {} brackets inside one another", json_depth_max));
        open_ += c;
        want_ = c == '{' ? Want::key_or_end : Want::value_or_end;
        take(c);
        return true;
    }

    Result<bool> close(char c) {
        const bool fits =
            !open_.empty() && open_.back() == (c == '}' ? '{' : '[') &&
            (want_ == Want::comma || want_ == Want::key_or_end || want_ == Want::value_or_end);
        if (!fits) return unexpected(c);
        open_.pop_back();
        want_ = Want::comma;
        take(c);
        return true;
    }

    Result<bool> string() {
        std::size_t end = at_ + 1;
        for (; end < text_.size() && text_[end] != '"'; ++end) {
            if (text_[end] == '\\') {
                const auto length = escape_length(text_.substr(end));
                if (!length) return wrong(end, "an escape that JSON does not have");
                end += *length - 1;
            } else if (static_cast<unsigned char>(text_[end]) < 0x20) {
                return wrong(end, "a control character inside a string");
            }
        }
        if (end >= text_.size()) return false;
        out_.append(text_.substr(at_, end + 1 - at_));
        at_ = end + 1;
        const bool is_key = want_ == Want::key || want_ == Want::key_or_end;
        want_ = is_key ? Want::colon : Want::comma;
        return true;
    }

    Result<bool> literal() {
        std::size_t end = at_;
        while (end < text_.size() &&
               (is_digit(text_[end]) || (text_[end] >= 'a' && text_[end] <= 'z') ||
                std::string_view("+-.E").find(text_[end]) != std::string_view::npos))
            ++end;
        if (end == text_.size() && !is_all_) return false;
        const std::string_view word = text_.substr(at_, end - at_);
        if (word != "true" && word != "false" && word != "null" && !is_json_number(word))
            return unexpected(text_[at_]);
        out_.append(word);
        at_ = end;
        want_ = Want::comma;
        return true;
    }

    std::string_view text_;
    std::size_t at_;
    bool is_all_;
    Want want_ = Want::value;
    std::string open_, out_;
};

void append_utf8(std::uint32_t code, std::string& out) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0U | code >> 6U);
        out += static_cast<char>(0x80U | (code & 0x3FU));
    } else {
        if (code < 0x10000) {
            out += static_cast<char>(0xE0U | code >> 12U);
        } else {
            out += static_cast<char>(0xF0U | code >> 18U);
            out += static_cast<char>(0x80U | (code >> 12U & 0x3FU));
        }
        out += static_cast<char>(0x80U | (code >> 6U & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
    }
}

std::uint32_t hex_of(std::string_view digits) {
    std::uint32_t code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    return code;
}

/// The character of the escapes at `at`, after their "\u"; moves `at` to the last digit. Half of a
/// surrogate pair is not a character: U+FFFD replaces it.
std::uint32_t code_point(std::string_view inner, std::size_t& at) {
    const std::uint32_t first = hex_of(inner.substr(at + 1, 4));
    at += 4;
    if (first < 0xD800 || first > 0xDFFF) return first;
    const std::string_view next = inner.substr(at + 1, 6);
    const std::uint32_t second = next.starts_with("\\u") ? hex_of(next.substr(2)) : 0;
    if (first > 0xDBFF || second < 0xDC00 || second > 0xDFFF) return 0xFFFD;
    at += 6;
    return 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00);
}

/// The characters of a string between its quotes, which are checked.
std::string unescaped(std::string_view inner) {
    std::string out;
    for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i] != '\\' || i + 1 == inner.size()) {
            out += inner[i];
            continue;
        }
        const char c = inner[++i];
        constexpr std::string_view short_forms = "bfnrt", characters = "\b\f\n\r\t";
        if (c == 'u') {
            append_utf8(code_point(inner, i), out);
        } else if (const auto at = short_forms.find(c); at != std::string_view::npos) {
            out += characters[at];
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace

Result<std::optional<std::string>> next_json_value(std::string_view text, std::size_t& at,
                                                   bool is_all) {
    Scanner scanner(text, at, is_all);
    auto value = scanner.scan();
    if (value && *value) at = scanner.at();
    return value;
}

std::optional<std::string> json_member(std::string_view object, std::string_view name) {
    if (!object.starts_with('{')) return std::nullopt;
    for (std::size_t at = 1; at < object.size() && object[at] == '"'; ++at) {
        const auto key = next_json_value(object, at, true);
        if (!key || !*key) return std::nullopt;
        ++at;  // the colon
        const auto value = next_json_value(object, at, true);
        if (!value || !*value) return std::nullopt;
        if (unescaped(std::string_view(**key).substr(1, (*key)->size() - 2)) != name) continue;
        if (**value == "null") return std::nullopt;
        if (!(*value)->starts_with('"')) return *value;
        return unescaped(std::string_view(**value).substr(1, (*value)->size() - 2));
    }
    return std::nullopt;
}

Result<JsonRows::Step> JsonRows::next(std::string_view text, std::size_t& at, bool is_all,
                                      std::string& out) {
    while (true) {
        skip_space(text, at);
        if (at == text.size()) {
            if (!is_all) return Step::more;
            if (place_ != Place::top) return wrong(at, "the array does not end");
            return Step::end;
        }
        const char c = text[at];
        if (place_ == Place::top && c == '[') {
            place_ = Place::first_element;
            was_array_ = true;
            ++at;
        } else if ((place_ == Place::first_element || place_ == Place::comma) && c == ']') {
            place_ = Place::top;
            ++at;
        } else if (place_ == Place::comma) {
            if (c != ',') return wrong(at, fmt::format("expected a comma or ], found '{}'", c));
            place_ = Place::element;
            ++at;
        } else {
            auto value = next_json_value(text, at, is_all);
            if (!value) return pass(value);
            if (!*value) return Step::more;
            out = std::move(**value);
            if (place_ != Place::top) place_ = Place::comma;
            return Step::row;
        }
    }
}

}  // namespace freshet::cli
