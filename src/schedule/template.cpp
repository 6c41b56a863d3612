#include "schedule/template.h"

namespace freshet::schedule {
namespace {

/// Of names: those of InputPathsMap, and the dots of "aws.events.rule-arn".
constexpr std::string_view name_letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";

/// Where the "<name>" at `begin` ends, with its ">"; nothing when none begins there.
std::optional<std::size_t> placeholder_end(std::string_view text, std::size_t begin) {
    if (text[begin] != '<') return std::nullopt;
    const std::size_t end = text.find_first_not_of(name_letters, begin + 1);
    if (end == std::string_view::npos || text[end] != '>' || end == begin + 1) return std::nullopt;
    return end;
}

}  // namespace

std::string fill(std::string_view text, const ValueOf& value_of) {
    std::string out;
    bool is_in_text = false, is_escaped = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto end = is_escaped ? std::nullopt : placeholder_end(text, at);
        if (!end) {
            if (text[at] == '"' && !is_escaped) is_in_text = !is_in_text;
            is_escaped = text[at] == '\\' && !is_escaped;
            out += text[at];
            continue;
        }
        std::string value =
            value_of(std::string(text.substr(at + 1, *end - at - 1))).value_or("\"\"");
        if (is_in_text) std::erase(value, '"');
        out += value;
        at = *end;
    }
    return out;
}

}  // namespace freshet::schedule
