// Durations as people write them: "30s", "10m", "12h", "7d"; "0" alone has no unit.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace freshet {

std::optional<Millis> parse_duration(std::string_view text);
/// In the largest unit that says it exactly; "250 ms" where none does.
std::string duration_text(Millis duration);

}  // namespace freshet
