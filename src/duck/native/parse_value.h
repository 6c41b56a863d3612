// Text to values as Trino's CAST reads them. nullopt is "no such value".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::duck {

std::optional<bool> parse_boolean(std::string_view text);
/// The whole text, with an optional sign, within [low, high].
std::optional<std::int64_t> parse_whole(std::string_view text, std::int64_t low, std::int64_t high);
/// As Double.parseDouble, without hexadecimal and suffixes.
std::optional<double> parse_double(std::string_view text);
/// Days since 1970-01-01.
std::optional<std::int32_t> parse_date(std::string_view text);
/// Microseconds since midnight, rounded half up to `digits` of a second, at most six.
std::optional<std::int64_t> parse_time(std::string_view text, int digits = 6);
/// Microseconds since the epoch; "2020-01-01", "2020-01-01 10:00", "2020-01-01 10:00:00.123456".
/// `separator` is the byte between date and time. What follows the time is put into `rest`, or is
/// an error when null. Rounded as a time.
std::optional<std::int64_t> parse_timestamp(std::string_view text, char separator,
                                            std::string_view* rest, int digits = 6);
/// Rounds half up to `digits` of a second.
std::int64_t round_micros(std::int64_t micros, int digits);

}  // namespace freshet::duck
