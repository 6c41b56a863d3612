// Tokens of pages: the name after which the next page begins, in a form that no other text has.
#pragma once
#include <charconv>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto/digest.h"

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

/// A text that page_token() did not make.
struct NoPageToken {};

/// Leaves of `all`, which is in the order of its names, the page after `token`, at most `most`.
/// Answers the next page's token when more come.
template <class T, class NameOf>
std::expected<std::optional<std::string>, NoPageToken> cut_page(
    std::vector<T>& all, const std::optional<std::string>& token, std::size_t most,
    const NameOf& name_of) {
    const auto start = page_start(token);
    if (!start) return std::unexpected(NoPageToken());
    if (token) std::erase_if(all, [&](const T& one) { return name_of(one) <= *start; });
    if (all.size() <= most) return std::nullopt;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(most), all.end());
    return all.empty() ? std::nullopt : std::optional(page_token(name_of(all.back())));
}

/// The number that `text` is, all of it.
inline std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Of pages that begin after a row and not after a name: its number, 0 is the first page.
inline std::optional<std::int64_t> page_row(const std::optional<std::string>& token) {
    if (!token) return 0;
    const auto row = number_in(page_start(std::string_view(*token)).value_or(""));
    return row && *row > 0 ? row : std::nullopt;
}

}  // namespace freshet::aws
