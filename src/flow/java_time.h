// The patterns of java.text.SimpleDateFormat that the *_TO_CHAR and CHAR_TO_* functions take.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::flow {

/// `ms` since 1970, UTC. Nothing when a letter of `pattern` is not understood.
std::optional<std::string> format_time(std::string_view pattern, std::int64_t ms);
/// Reads the front of `text`; what it leaves out is January, the 1st, 0 o'clock of 1970. Nothing
/// when `text` does not begin as the pattern says.
std::optional<std::int64_t> parse_time(std::string_view pattern, std::string_view text);

}  // namespace freshet::flow
