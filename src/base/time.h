// Instants and durations: UTC, to the millisecond, as Kinesis keeps them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

using Millis = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<Millis>;

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

inline std::int64_t to_epoch_ms(Timestamp t) { return t.time_since_epoch().count(); }
inline Timestamp from_epoch_ms(std::int64_t ms) { return Timestamp(Millis(ms)); }

/// "2018-08-27T10:30:00.123Z"
std::string to_iso8601(Timestamp t);
/// "Mon, 27 Aug 2018 10:30:00 GMT" (RFC 9110 IMF-fixdate)
std::string to_http_date(Timestamp t);
/// Accepts what the AWS SDKs send: "2018-08-27T10:30:00[.fff](Z|+hh:mm)".
std::optional<Timestamp> parse_iso8601(std::string_view text);
/// Accepts IMF-fixdate only.
std::optional<Timestamp> parse_http_date(std::string_view text);

}  // namespace freshet
