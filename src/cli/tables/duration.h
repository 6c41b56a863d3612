// Durations as people write them: "30s", "10m", "12h", "7d"; "0" alone has no unit.
#pragma once
#include <optional>
#include <string_view>

#include "base/time.h"

namespace freshet::cli {

std::optional<Millis> parse_duration(std::string_view text);

}  // namespace freshet::cli
