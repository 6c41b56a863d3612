#include "base/calendar.h"

namespace freshet {
namespace {

constexpr std::int64_t days_of_era = 146'097;  ///< 400 years
constexpr std::int64_t epoch_day = 719'468;    ///< 1970-01-01 from 0000-03-01

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_of_month(std::int64_t year, int month) {
    if (month == 2) return is_leap(year) ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

}  // namespace

// Howard Hinnant, "chrono-compatible low-level date algorithms": years begin in March.
Civil civil_of(std::int64_t day) {
    day += epoch_day;
    const std::int64_t era = floor_div(day, days_of_era);
    const std::int64_t of_era = day - era * days_of_era;
    const std::int64_t year =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;  // of the era
    const auto of_year = static_cast<int>(of_era - (365 * year + year / 4 - year / 100));
    const int shifted = (5 * of_year + 2) / 153;  // 0 is March
    const int month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {year + era * 400 + (month <= 2 ? 1 : 0), month, of_year - (153 * shifted + 2) / 5 + 1};
}

std::int64_t day_of(const Civil& date) {
    const std::int64_t year = date.year - (date.month <= 2 ? 1 : 0);
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const int of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    const std::int64_t of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    return era * days_of_era + of_era - epoch_day;
}

bool is_valid(const Civil& date) {
    return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= days_of_month(date.year, date.month);
}

int day_of_year(std::int64_t day) {
    return static_cast<int>(day - day_of({civil_of(day).year, 1, 1})) + 1;
}

int weekday_of(std::int64_t day) {
    const std::int64_t from_monday = day + 3;  // 1970-01-01 was a Thursday
    return static_cast<int>(from_monday - floor_div(from_monday, 7) * 7);
}

}  // namespace freshet
