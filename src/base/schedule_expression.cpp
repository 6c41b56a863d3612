#include "base/schedule_expression.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <span>
#include <string>

namespace freshet {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> month_names{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> day_names{"SUN", "MON", "TUE", "WED",
                                                    "THU", "FRI", "SAT"};
constexpr int year_first = 1970, year_last = 2199;

/// A number of [low, high], or one of `names`, the first of which is `low`.
std::optional<int> number_of(std::string_view text, int low, int high,
                             std::span<const std::string_view> names) {
    std::string upper(text);
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == upper) return low + static_cast<int>(i);
    }
    int value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || value < low || value > high)
        return std::nullopt;
    return value;
}

/// "1,5-10/2,*/5" as a set; bit 0 is `low`'s.
template <std::size_t size>
bool parse_set(std::string_view text, int low, int high, std::span<const std::string_view> names,
               std::bitset<size>& out, int base) {
    while (true) {
        const std::size_t comma = text.find(',');
        std::string_view part = text.substr(0, comma);
        int step = 1;
        const std::size_t slash = part.find('/');
        if (slash != std::string_view::npos) {
            const auto given = number_of(part.substr(slash + 1), 1, high - low + 1, {});
            if (!given) return false;
            step = *given;
            part = part.substr(0, slash);
        }
        int from = low, to = high;
        if (part != "*") {
            const std::size_t dash = part.find('-');
            const auto first = number_of(part.substr(0, dash), low, high, names);
            if (!first) return false;
            from = *first;
            if (dash != std::string_view::npos) {
                const auto last = number_of(part.substr(dash + 1), low, high, names);
                if (!last) return false;
                to = *last;
            } else if (slash == std::string_view::npos) {
                to = from;
            }
        }
        if (to < from) {  // FRI-MON goes round
            for (int i = from; i <= high; i += step) out.set(static_cast<std::size_t>(i - base));
            from = low + (step - (high - from + 1) % step) % step;
        }
        for (int i = from; i <= to; i += step) out.set(static_cast<std::size_t>(i - base));
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

/// Sunday is 0.
int weekday_of(int year, unsigned month, unsigned day) {
    return static_cast<int>(weekday(sys_days(std::chrono::year(year) / std::chrono::month(month) /
                                             std::chrono::day(day)))
                                .c_encoding());
}

int days_of(int year, unsigned month) {
    return static_cast<int>(
        static_cast<unsigned>((std::chrono::year(year) / std::chrono::month(month) / last).day()));
}

/// The weekday nearest to `day` within the month.
int nearest_weekday(int year, unsigned month, int day) {
    const int length = days_of(year, month);
    day = std::min(day, length);
    const int week = weekday_of(year, month, static_cast<unsigned>(day));
    if (week == 6) return day > 1 ? day - 1 : day + 2;
    if (week == 0) return day < length ? day + 1 : day - 2;
    return day;
}

}  // namespace

std::optional<ScheduleExpression> ScheduleExpression::parse(std::string_view text) {
    if (!text.ends_with(')')) return std::nullopt;
    const std::string_view inner = text.substr(0, text.size() - 1);
    if (inner.starts_with("rate(")) return parse_rate(inner.substr(5));
    if (inner.starts_with("cron(")) return parse_cron(inner.substr(5));
    return std::nullopt;
}

std::optional<ScheduleExpression> ScheduleExpression::parse_rate(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const auto value = number_of(text.substr(0, space), 1, 1'000'000, {});
    const std::string_view unit = text.substr(space + 1);
    if (!value || !std::isdigit(static_cast<unsigned char>(text[0]))) return std::nullopt;
    constexpr std::pair<std::string_view, Millis> units[] = {
        {"minute", 1min}, {"hour", 1h}, {"day", 24h}};
    for (const auto& [name, length] : units) {
        if (unit != std::string(name) + (*value == 1 ? "" : "s")) continue;
        ScheduleExpression made;
        made.period_ = length * *value;
        return made;
    }
    return std::nullopt;
}

std::optional<ScheduleExpression> ScheduleExpression::parse_cron(std::string_view text) {
    std::vector<std::string_view> fields;
    while (true) {
        const std::size_t space = text.find(' ');
        if (space != 0) fields.push_back(text.substr(0, space));
        if (space == std::string_view::npos) break;
        text.remove_prefix(space + 1);
    }
    if (fields.size() != 6 || std::ranges::find(fields, "") != fields.end()) return std::nullopt;
    ScheduleExpression made;
    const bool are_sets = parse_set(fields[0], 0, 59, {}, made.minutes_, 0) &&
                          parse_set(fields[1], 0, 23, {}, made.hours_, 0) &&
                          parse_set(fields[3], 1, 12, month_names, made.months_, 0) &&
                          parse_set(fields[5], year_first, year_last, {}, made.years_, year_first);
    if (!are_sets || (fields[2] == "?") == (fields[4] == "?")) return std::nullopt;
    made.is_by_week_ = fields[2] == "?";
    if (!made.is_by_week_) {
        Day& day = made.month_day_;
        const std::string_view field = fields[2];
        day.kind = Day::numbers;
        if (field == "L") {
            day.kind = Day::last;
        } else if (field == "LW") {
            day.kind = Day::last_weekday;
        } else if (field.ends_with('W')) {
            const auto number = number_of(field.substr(0, field.size() - 1), 1, 31, {});
            if (!number) return std::nullopt;
            day.kind = Day::nearest_weekday;
            day.number = *number;
        } else if (!parse_set(field, 1, 31, {}, day.set, 0)) {
            return std::nullopt;
        }
        return made;
    }
    Day& day = made.week_day_;
    const std::string_view field = fields[4];
    const std::size_t hash = field.find('#');
    day.kind = Day::numbers;
    if (hash != std::string_view::npos ||
        (field.size() > 1 && (field.back() == 'L' || field.back() == 'l'))) {
        const auto number =
            number_of(field.substr(0, hash == std::string_view::npos ? field.size() - 1 : hash), 1,
                      7, day_names);
        const auto nth = hash == std::string_view::npos
                             ? std::optional(0)
                             : number_of(field.substr(hash + 1), 1, 5, {});
        if (!number || !nth) return std::nullopt;
        day.kind = hash == std::string_view::npos ? Day::last_of_week : Day::nth_of_week;
        day.number = *number - 1;
        day.nth = *nth;
    } else if (field == "L") {
        day.set.set(6);  // the week's last day
    } else if (!parse_set(field, 1, 7, day_names, day.set, 1)) {
        return std::nullopt;
    }
    return made;
}

bool ScheduleExpression::has_day(int year, unsigned month, unsigned day) const {
    const int number = static_cast<int>(day), length = days_of(year, month);
    if (!is_by_week_) {
        switch (month_day_.kind) {
            case Day::last:
                return number == length;
            case Day::last_weekday:
                return number == nearest_weekday(year, month, length) && number <= length;
            case Day::nearest_weekday:
                return month_day_.number <= length &&
                       number == nearest_weekday(year, month, month_day_.number);
            case Day::any:
            case Day::numbers:
            case Day::last_of_week:
            case Day::nth_of_week:
                break;
        }
        return month_day_.set.test(day);
    }
    const int week = weekday_of(year, month, day);
    switch (week_day_.kind) {
        case Day::last_of_week:
            return week == week_day_.number && number + 7 > length;
        case Day::nth_of_week:
            return week == week_day_.number && (number - 1) / 7 + 1 == week_day_.nth;
        case Day::any:
        case Day::numbers:
        case Day::last:
        case Day::last_weekday:
        case Day::nearest_weekday:
            break;
    }
    return week_day_.set.test(static_cast<std::size_t>(week));
}

std::optional<Timestamp> ScheduleExpression::next(Timestamp after) const {
    if (period_ > Millis(0)) return after + period_;
    const Timestamp from = floor<minutes>(after) + 1min;
    const sys_days first = floor<days>(from);
    for (sys_days day = first; day < sys_days(std::chrono::year(year_last + 1) / 1 / 1);
         day += days(1)) {
        const year_month_day date(day);
        const int year = static_cast<int>(date.year());
        if (year < year_first || !years_.test(static_cast<std::size_t>(year - year_first))) {
            day = sys_days(std::chrono::year(year) / 12 / 31);
            continue;
        }
        const auto month = static_cast<unsigned>(date.month());
        if (!months_.test(month)) {
            day = sys_days(date.year() / date.month() / last);
            continue;
        }
        if (!has_day(year, month, static_cast<unsigned>(date.day()))) continue;
        for (unsigned minute = 0; minute < 24 * 60; ++minute) {
            if (!hours_.test(minute / 60) || !minutes_.test(minute % 60)) continue;
            const Timestamp at = day + minutes(minute);
            if (at >= from) return at;
        }
    }
    return std::nullopt;
}

}  // namespace freshet
