#include "flow/java_time.h"

#include <fmt/format.h>

#include <cctype>

#include "base/calendar.h"
#include "base/text/time_pattern.h"

namespace freshet::flow {
namespace {

/// The text of a literal part: SimpleDateFormat's lone quote at the end is one.
std::string_view literal_of(const PatternPart& part) {
    return part.is_cut && part.text.empty() ? "'" : std::string_view(part.text);
}

bool has_same_letters(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::tolower(static_cast<unsigned char>(a[i])) !=
            std::tolower(static_cast<unsigned char>(b[i])))
            return false;
    }
    return true;
}

std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t most) {
    std::int64_t value = 0;
    std::size_t count = 0;
    while (count < most && count < text.size() &&
           std::isdigit(static_cast<unsigned char>(text[count])))
        value = value * 10 + (text[count++] - '0');
    if (count == 0) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

std::optional<std::int64_t> take_month(std::string_view& text) {
    for (std::size_t i = 0; i < month_names.size(); ++i) {
        for (const std::size_t size : {month_names[i].size(), std::size_t{3}}) {
            if (!has_same_letters(text.substr(0, size), month_names[i].substr(0, size))) continue;
            text.remove_prefix(size);
            return static_cast<std::int64_t>(i) + 1;
        }
    }
    return std::nullopt;
}

/// What a text has said so far.
struct Fields {
    Civil date;
    std::int64_t hour = 0, minute = 0, second = 0, ms = 0;
    bool is_afternoon = false, has_twelve_hours = false;

    std::optional<std::int64_t> value() const {
        if (!is_valid(date)) return std::nullopt;
        if (hour > 23 || minute > 59 || second > 59 || ms > 999) return std::nullopt;
        const std::int64_t of_day =
            has_twelve_hours && hour <= 12 ? hour % 12 + (is_afternoon ? 12 : 0) : hour;
        return day_of(date) * day_ms + ((of_day * 60 + minute) * 60 + second) * 1000 + ms;
    }
    bool try_set(const PatternPart& part, std::string_view& text) {
        if (part.letter == 'a') {
            const std::string_view half = text.substr(0, 2);
            if (!has_same_letters(half, "am") && !has_same_letters(half, "pm")) return false;
            is_afternoon = has_same_letters(half, "pm");
            has_twelve_hours = true;
            text.remove_prefix(2);
            return true;
        }
        const bool is_named = part.letter == 'M' && part.count > 2;
        const std::size_t most = part.letter == 'y'   ? (part.count == 2 ? 2 : 4)
                                 : part.letter == 'S' ? 3
                                                      : 2;
        const auto number = is_named ? take_month(text) : take_digits(text, most);
        if (!number) return false;
        if (part.letter == 'S') {  // more digits than milliseconds have are dropped
            while (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])))
                text.remove_prefix(1);
        }
        switch (part.letter) {
            case 'y':
                date.year = part.count == 2 ? *number + (*number < 70 ? 2000 : 1900) : *number;
                return true;
            case 'M':
                date.month = static_cast<int>(*number);
                return true;
            case 'd':
                date.day = static_cast<int>(*number);
                return true;
            case 'H':
            case 'h':
            case 'k':
            case 'K':
                hour = *number;
                return true;
            case 'm':
                minute = *number;
                return true;
            case 's':
                second = *number;
                return true;
            case 'S':
                ms = *number;
                return true;
            default:
                return false;
        }
    }
};

std::optional<std::string> formatted(const PatternPart& part, std::int64_t ms) {
    const std::int64_t day = floor_div(ms, day_ms);
    const std::int64_t of_day = ms - day * day_ms;
    const Civil date = civil_of(day);
    const std::int64_t hour = of_day / 3'600'000;
    const auto number = [&](std::int64_t value) {
        return fmt::format("{:0{}}", value, part.count);
    };
    const auto named = [&](std::string_view name) {
        return std::string(part.count > 3 ? name : short_name(name));
    };
    switch (part.letter) {
        case 'y':
            return part.count == 2 ? fmt::format("{:02}", date.year % 100) : number(date.year);
        case 'M':
            return part.count > 2 ? named(month_names[static_cast<std::size_t>(date.month) - 1])
                                  : number(date.month);
        case 'd':
            return number(date.day);
        case 'H':
            return number(hour);
        case 'h':
            return number(hour % 12 == 0 ? 12 : hour % 12);
        case 'm':
            return number(of_day / 60'000 % 60);
        case 's':
            return number(of_day / 1000 % 60);
        case 'S':
            return number(of_day % 1000);
        case 'a':
            return std::string(hour < 12 ? "AM" : "PM");
        case 'E':
            return named(weekday_names[static_cast<std::size_t>(weekday_of(day))]);
        case 'D':
            return number(day_of_year(day));
        case 'z':
            return std::string("UTC");
        case 'Z':
            return std::string("+0000");
        case 'X':
            return std::string("Z");
        default:
            return std::nullopt;
    }
}

}  // namespace

std::optional<std::string> format_time(std::string_view pattern, std::int64_t ms) {
    std::string out;
    while (!pattern.empty()) {
        const PatternPart part = take_pattern_part(pattern);
        if (!part.letter) {
            out += literal_of(part);
            continue;
        }
        const auto text = formatted(part, ms);
        if (!text) return std::nullopt;
        out += *text;
    }
    return out;
}

std::optional<std::int64_t> parse_time(std::string_view pattern, std::string_view text) {
    Fields fields;
    while (!pattern.empty() && !text.empty()) {
        const PatternPart part = take_pattern_part(pattern);
        if (!part.letter) {
            const std::string_view literal = literal_of(part);
            if (!text.starts_with(literal)) return std::nullopt;
            text.remove_prefix(literal.size());
        } else if (!fields.try_set(part, text)) {
            return std::nullopt;
        }
    }
    return fields.value();
}

}  // namespace freshet::flow
