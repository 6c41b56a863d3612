#include "base/time.h"

#include <fmt/format.h>

#include <charconv>

#include "base/calendar.h"

namespace freshet {
namespace {

/// The digits of text[at, at + width) as a number; -1 when one is not a digit.
int digits(std::string_view text, std::size_t at, std::size_t width) {
    int value = 0;
    if (at + width > text.size()) return -1;
    const char* end = text.data() + at + width;
    const auto [stop, error] = std::from_chars(text.data() + at, end, value);
    return error == std::errc() && stop == end && value >= 0 ? value : -1;
}

std::optional<Timestamp> assemble(int year, int month, int day, int hour, int minute, int second) {
    if (year < 0 || month < 1 || day < 1 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

/// "Z", "", "+hh:mm", "-hh:mm", "+hhmm" as the offset from UTC.
std::optional<Millis> zone_offset(std::string_view zone) {
    if (zone.empty() || zone == "Z" || zone == "z") return 0ms;
    if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
    const int hours = digits(zone, 1, 2);
    const int minutes = digits(zone, zone.size() == 6 && zone[3] == ':' ? 4 : 3, 2);
    if (hours < 0 || minutes < 0 || zone.size() > 6) return std::nullopt;
    const Millis offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
    return zone[0] == '-' ? -offset : offset;
}

}  // namespace

std::string to_iso8601(Timestamp t) {
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(t - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       time.hours().count(), time.minutes().count(), time.seconds().count(),
                       time.subseconds().count());
}

std::string to_http_date(Timestamp t) {
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(t - day);
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                       short_name(weekday_names[std::chrono::weekday(day).iso_encoding() - 1]),
                       static_cast<unsigned>(date.day()),
                       short_name(month_names[static_cast<unsigned>(date.month()) - 1]),
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
                       time.seconds().count());
}

std::optional<Timestamp> parse_iso8601(std::string_view text) {
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' ||
        (text[10] != 'T' && text[10] != ' '))
        return std::nullopt;
    auto instant = assemble(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2),
                            digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2));
    if (!instant) return std::nullopt;
    std::size_t at = 19;
    if (at < text.size() && text[at] == '.') {
        int scale = 100;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
            *instant += Millis((text[at] - '0') * scale);
    }
    const auto offset = zone_offset(text.substr(at));
    if (!offset) return std::nullopt;
    return *instant - *offset;
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
    for (std::size_t month = 0; month < month_names.size(); ++month)
        if (text.substr(8, 3) == short_name(month_names[month]))
            return assemble(digits(text, 12, 4), static_cast<int>(month) + 1, digits(text, 5, 2),
                            digits(text, 17, 2), digits(text, 20, 2), digits(text, 23, 2));
    return std::nullopt;
}

}  // namespace freshet
