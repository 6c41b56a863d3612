// Times by a pattern in Joda's letters.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace freshet::duck {

/// Microseconds since the epoch, in UTC, also where the text names another zone; nullopt when the
/// text is not of the pattern. Raises for a letter that is not built.
std::optional<std::int64_t> parse_joda(std::string_view text, std::string_view pattern);

}  // namespace freshet::duck
