// Days and dates of the proleptic Gregorian calendar, for every year that an int64 of milliseconds
// reaches. A day is its count from 1970-01-01.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace freshet {

inline constexpr std::int64_t day_ms = 86'400'000;

struct Civil {
    std::int64_t year = 1970;
    int month = 1, day = 1;
    friend bool operator==(const Civil&, const Civil&) = default;
};
Civil civil_of(std::int64_t day);
/// Of a valid date.
std::int64_t day_of(const Civil& date);
/// False for February 30 and the like.
bool is_valid(const Civil& date);
/// From 1.
int day_of_year(std::int64_t day);
/// 0 is Monday.
int weekday_of(std::int64_t day);

/// Towards minus infinity.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    const std::int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

inline constexpr std::array<std::string_view, 12> month_names{
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/// From Monday.
inline constexpr std::array<std::string_view, 7> weekday_names{
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
/// "Jan", "Mon".
constexpr std::string_view short_name(std::string_view name) { return name.substr(0, 3); }

}  // namespace freshet
