// The text of days and times, as Trino writes them.
#pragma once
#include <cstdint>
#include <string>

namespace freshet::duck {

/// "2020-01-02"; years beyond 9999 have a sign.
std::string date_text(std::int64_t days);
/// "03:04:05.678" of microseconds since midnight, with 0 to 6 digits of a second.
std::string time_text(std::int64_t micros, int digits);
/// Both of microseconds since the epoch, with `separator` between.
std::string stamp_text(std::int64_t micros, char separator, int digits);

}  // namespace freshet::duck
