// Values as text and back, shared by the codecs and by CAST. A parser takes the whole text, blanks
// around it apart, or answers nothing.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/calendar.h"
#include "record/schema.h"

namespace freshet::record {

std::string decimal_text(std::int64_t unscaled, int scale);
std::string real_text(double value, bool is_single);  ///< the shortest that reads back the same
std::string date_text(std::int64_t ms);               ///< "2022-09-16"
std::string time_text(std::int64_t ms);               ///< "21:30:00.000"
std::string timestamp_text(std::int64_t ms);          ///< "2022-09-16 21:30:00.000"
std::string interval_text(std::int64_t ms);           ///< "+1 02:03:04.005" as days and time
std::string hex_text(std::string_view bytes);

std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_real(std::string_view text);
/// As an integer times 10^-scale; further digits are rounded half up. Nothing beyond 18 digits.
std::optional<std::int64_t> parse_decimal(std::string_view text, int scale);
/// "true", "false" of any case.
std::optional<bool> parse_boolean(std::string_view text);
std::optional<std::int64_t> parse_date(std::string_view text);
std::optional<std::int64_t> parse_time(std::string_view text);
/// "yyyy-MM-dd HH:mm:ss[.fff]", with a blank or 'T' between, a trailing 'Z' allowed, or the date
/// alone.
std::optional<std::int64_t> parse_timestamp(std::string_view text);

/// Range of an integer kind.
bool fits(Kind kind, std::int64_t value);
std::int64_t power_of_ten(int exponent);  ///< 0 to 18
std::string_view trimmed(std::string_view text);
/// Bytes of the byte order mark that `text` begins with: 3 or 0.
inline std::size_t byte_order_mark(std::string_view text) {
    return text.starts_with("\xef\xbb\xbf") ? 3 : 0;
}

}  // namespace freshet::record
