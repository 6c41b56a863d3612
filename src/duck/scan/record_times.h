// Timestamps in the documents of format conversion.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::duck {

/// As OpenX reads them: "2026-01-31T23:59:59.5Z", "2026-1-31 23:59:59.5", and numbers, as texts or
/// not: seconds, with a fraction, or from 13 digits on milliseconds. Microseconds since the epoch.
std::optional<std::int64_t> openx_micros(std::string_view text);

/// As Hive reads them: by the first format that fits, else "2026-1-31 23:59:59.5".
std::optional<std::int64_t> hive_micros(std::string_view text,
                                        const std::vector<std::string>& formats);

}  // namespace freshet::duck
