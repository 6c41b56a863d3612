#include "delivery/stages/split.h"

#include <string>
#include "base/check.h"

namespace freshet::delivery {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// One after the string that begins at `at`; nothing when it does not end.
std::optional<std::size_t> after_string(std::string_view text, std::size_t at) {
    FRESHET_CHECK(text[at] == '"');
    for (++at; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return std::nullopt;
}

/// The same of an object or an array.
std::optional<std::size_t> after_nested(std::string_view text, std::size_t at) {
    std::string open;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            const auto after = after_string(text, at);
            if (!after) return std::nullopt;
            at = *after;
            continue;
        }
        ++at;
        if (c == '{' || c == '[') open += c;
        if (c != '}' && c != ']') continue;
        if (open.back() != (c == '}' ? '{' : '[')) return std::nullopt;
        open.pop_back();
        if (open.empty()) return at;
    }
    return std::nullopt;
}

/// The same of a number or a word: `at` itself when none begins there.
std::size_t after_word(std::string_view text, std::size_t at) {
    if (!std::string_view("-0123456789tfn").contains(text[at])) return at;
    return std::min(text.size(), text.find_first_of(" \t\r\n{}[]\",:", at));
}

}  // namespace

std::optional<std::vector<std::string_view>> split_json(std::string_view text) {
    std::vector<std::string_view> parts;
    std::size_t at = 0;
    while ((at = text.find_first_not_of(blanks, at)) != std::string_view::npos) {
        const char c = text[at];
        std::optional<std::size_t> after;
        if (c == '{' || c == '[')
            after = after_nested(text, at);
        else if (c == '"')
            after = after_string(text, at);
        else
            after = after_word(text, at);
        if (!after || *after == at) return std::nullopt;
        parts.push_back(text.substr(at, *after - at));
        at = *after;
    }
    return parts;
}

std::vector<std::string_view> split_delimited(std::string_view text, std::string_view delimiter) {
    FRESHET_CHECK(!delimiter.empty());
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.size(), text.find(delimiter));
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + delimiter.size()));
    }
    return parts;
}

}  // namespace freshet::delivery
