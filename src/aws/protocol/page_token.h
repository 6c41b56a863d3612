// Tokens of pages: the name behind which the next page starts, in a form that no other text has.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.h"

namespace freshet::aws {

inline constexpr std::string_view page_token_mark = "after:";

inline std::string page_token(std::string_view last) {
    return base64_encode(std::string(page_token_mark) + std::string(last));
}

/// The name in a token of page_token(), nothing when the text is none.
inline std::optional<std::string> page_start(std::string_view token) {
    std::string text;
    if (!base64_decode(token, text) || !text.starts_with(page_token_mark)) return std::nullopt;
    return text.substr(page_token_mark.size());
}

/// The same of a request that may have no token: "" is the first page.
inline std::optional<std::string> page_start(const std::optional<std::string>& token) {
    return token ? page_start(std::string_view(*token)) : std::string();
}

}  // namespace freshet::aws
