// A moment, and what lies between two, as people write them on the command line.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
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

struct TimeRange {
    Moment from;
    std::optional<Moment> until;  ///< a time, or the latest: all that is there; nothing: for ever
    /// Whether a record that arrived then is of a time after the range.
    bool is_behind(Timestamp arrival) const;
    /// Whether records that come after `now` lie after the range.
    bool is_over(Timestamp now) const;
};

/// `until`: "" for none, called `until_option` in messages. Errc::invalid says what is wrong with
/// which.
Result<TimeRange> parse_range(const std::string& from, std::string_view until_option,
                              const std::string& until, Timestamp now);

}  // namespace freshet::cli
