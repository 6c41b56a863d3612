// A moment as people write it on the command line.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace freshet::cli {

struct Moment {
    enum class Kind { trim_horizon, latest, time };
    Kind kind = Kind::latest;
    Timestamp time{};
};

/// "2026-01-31T12:00:00Z" (or with +02:00), "15m" (s, m, h, d: so long before `now`), "now",
/// "trim-horizon" (or "start"), "latest".
std::optional<Moment> parse_moment(std::string_view text, Timestamp now);

/// What parse_moment() takes, for a message.
inline constexpr const char* moment_forms =
    "a time (2026-01-31T12:00:00Z), a time ago (30s, 15m, 2h, 1d), now, trim-horizon or latest";

}  // namespace freshet::cli
