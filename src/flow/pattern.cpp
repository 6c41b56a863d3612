#include "flow/pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <cctype>
#include <vector>

namespace freshet::flow {
namespace {

constexpr std::int64_t regex_bytes_max = 8 << 20;

re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_dot_nl(true);
    options.set_log_errors(false);
    options.set_max_mem(regex_bytes_max);
    return options;
}

void append_literal(char c, std::string& out) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80)
        out += '\\';
    out += c;
}

Failure bad(std::string_view pattern, std::string_view why) {
    return fail(Errc::invalid, fmt::format("the pattern '{}' {}", pattern, why));
}

Result<std::unique_ptr<re2::RE2>> compiled(std::string_view pattern, const std::string& regex) {
    auto re = std::make_unique<re2::RE2>(regex, options());
    if (!re->ok()) return bad(pattern, fmt::format("cannot be read: {}", re->error()));
    return re;
}

}  // namespace

Pattern::Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::like(std::string_view pattern, char escape) {
    Pattern made;
    std::string regex, literal;
    std::size_t anys = 0, ones = 0, anys_inside = 0;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char c = pattern[i];
        if (escape && c == escape) {
            if (++i == pattern.size()) return bad(pattern, "ends with its escape character");
            c = pattern[i];
            append_literal(c, regex);
            literal += c;
        } else if (c == '%') {
            ++anys;
            if (i > 0 && i + 1 < pattern.size()) ++anys_inside;
            regex += ".*";
        } else if (c == '_') {
            ++ones;
            regex += '.';
        } else {
            append_literal(c, regex);
            literal += c;
        }
    }
    if (ones == 0 && anys_inside == 0) {
        const bool is_open_in_front = pattern.starts_with('%') && !pattern.empty();
        made.text_ = literal;
        made.form_ = anys == 0          ? Form::exact
                     : literal.empty()  ? Form::any
                     : anys == 2        ? Form::contains
                     : is_open_in_front ? Form::suffix
                                        : Form::prefix;
        return made;
    }
    auto re = compiled(pattern, regex);
    if (!re) return pass(re);
    made.re_ = std::move(*re);
    return made;
}

Result<Pattern> Pattern::similar(std::string_view pattern, char escape) {
    std::string regex;
    bool is_in_class = false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        char c = pattern[i];
        if (escape && c == escape) {
            if (++i == pattern.size()) return bad(pattern, "ends with its escape character");
            append_literal(pattern[i], regex);
        } else if (is_in_class) {
            if (c == '^' && pattern[i - 1] != '[')
                return bad(pattern, "subtracts characters in [], which Freshet does not build");
            if (c == '[' || c == '(' || c == ')') return bad(pattern, "has a bracket inside []");
            if (c == '\\') regex += '\\';
            regex += c;
            is_in_class = c != ']';
        } else if (c == '%') {
            regex += ".*";
        } else if (c == '_') {
            regex += '.';
        } else if (std::string_view("()|*+?{}").find(c) != std::string_view::npos) {
            regex += c;
        } else if (c == '[') {
            is_in_class = true;
            regex += c;
        } else {
            append_literal(c, regex);
        }
    }
    if (is_in_class) return bad(pattern, "has a '[' that is not closed");
    auto re = compiled(pattern, regex);
    if (!re) return pass(re);
    Pattern made;
    made.re_ = std::move(*re);
    return made;
}

bool Pattern::matches(std::string_view text) const {
    if (re_) return re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), *re_);
    switch (form_) {
        case Form::exact:
            return text == text_;
        case Form::prefix:
            return text.starts_with(text_);
        case Form::suffix:
            return text.ends_with(text_);
        case Form::contains:
            return text.find(text_) != std::string_view::npos;
        case Form::any:
            return true;
    }
    return false;
}

Regex::Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view regex) {
    auto re = compiled(regex, std::string(regex));
    if (!re) return pass(re);
    Regex made;
    made.re_ = std::move(*re);
    return made;
}

std::string Regex::replace(std::string_view text, std::string_view replacement, std::size_t start,
                           std::int64_t occurrence) const {
    std::string out(text.substr(0, start));
    const re2::StringPiece whole(text.data(), text.size());
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(re_->NumberOfCapturingGroups()) +
                                         1);
    std::size_t at = start;
    for (std::int64_t seen = 1; at <= text.size(); ++seen) {
        if (!re_->Match(whole, at, text.size(), re2::RE2::UNANCHORED, groups.data(),
                        static_cast<int>(groups.size())))
            break;
        const auto found = static_cast<std::size_t>(groups[0].data() - text.data());
        out += text.substr(at, found - at);
        if (occurrence == 0 || occurrence == seen) {
            for (std::size_t i = 0; i < replacement.size(); ++i) {
                const bool is_group = replacement[i] == '$' && i + 1 < replacement.size() &&
                                      std::isdigit(static_cast<unsigned char>(replacement[i + 1]));
                const std::size_t group =
                    is_group ? static_cast<std::size_t>(replacement[i + 1] - '0') : 0;
                if (is_group && group < groups.size()) {
                    out.append(groups[group].data(), groups[group].size());
                    ++i;
                } else {
                    out += replacement[i];
                }
            }
        } else {
            out.append(groups[0].data(), groups[0].size());
        }
        at = found + groups[0].size();
        if (groups[0].empty()) {
            if (at < text.size()) out += text[at];
            ++at;
        }
        if (occurrence != 0 && seen >= occurrence) break;
    }
    if (at < text.size()) out += text.substr(at);
    return out;
}

}  // namespace freshet::flow
