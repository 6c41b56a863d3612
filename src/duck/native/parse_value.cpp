#include "duck/native/parse_value.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/calendar.h"

namespace freshet::duck {
namespace {

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes between `least` and `most` digits off the front.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t least,
                                        std::size_t most) {
    std::size_t count = 0;
    std::int64_t value = 0;
    while (count < text.size() && count < most && is_digit(text[count]))
        value = value * 10 + (text[count++] - '0');
    if (count < least) return std::nullopt;
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::int32_t> take_date(std::string_view& text) {
    const bool is_negative = take(text, '-');
    if (!is_negative) take(text, '+');
    const auto year = take_number(text, 1, 6);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = take_number(text, 1, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = take_number(text, 1, 2);
    if (!day) return std::nullopt;
    const Civil date{is_negative ? -*year : *year, static_cast<int>(*month),
                     static_cast<int>(*day)};
    if (!is_valid(date)) return std::nullopt;
    return static_cast<std::int32_t>(day_of(date));
}

/// "10:00", "10:00:00.123456789": microseconds, rounded half up to `digits` of a second.
std::optional<std::int64_t> take_time(std::string_view& text, int digits) {
    const auto hour = take_number(text, 1, 2);
    if (!hour || *hour > 23 || !take(text, ':')) return std::nullopt;
    const auto minute = take_number(text, 1, 2);
    if (!minute || *minute > 59) return std::nullopt;
    std::int64_t micros = (*hour * 60 + *minute) * 60'000'000;
    if (!text.starts_with(':')) return micros;
    text.remove_prefix(1);
    const auto second = take_number(text, 1, 2);
    if (!second || *second > 59) return std::nullopt;
    micros += *second * 1'000'000;
    if (!text.starts_with('.')) return micros;
    text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    std::int64_t fraction = 0;
    int count = 0;
    bool rounds_up = false;
    for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), ++count) {
        if (count < digits) fraction = fraction * 10 + (text.front() - '0');
        if (count == digits) rounds_up = text.front() >= '5';
        if (count >= 12) return std::nullopt;
    }
    if (rounds_up) ++fraction;
    for (int place = std::min(count, digits); place < 6; ++place) fraction *= 10;
    return micros + fraction;
}

}  // namespace

std::int64_t round_micros(std::int64_t micros, int digits) {
    std::int64_t unit = 1;
    for (int i = digits; i < 6; ++i) unit *= 10;
    if (unit == 1) return micros;
    const std::int64_t shifted = micros + unit / 2;
    const std::int64_t floor = shifted >= 0 ? shifted / unit : -((-shifted + unit - 1) / unit);
    return floor * unit;
}

std::optional<bool> parse_boolean(std::string_view text) {
    std::string lower;
    for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (lower == "true" || lower == "t" || lower == "1") return true;
    if (lower == "false" || lower == "f" || lower == "0") return false;
    return std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view text, std::int64_t low,
                                        std::int64_t high) {
    text = trimmed(text);
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    std::int64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || problem != std::errc() || end != text.data() + text.size() || value < low ||
        value > high)
        return std::nullopt;
    return value;
}

std::optional<double> parse_double(std::string_view text) {
    text = trimmed(text);
    std::string_view number = text;
    const bool is_negative = number.starts_with('-');
    if (is_negative || number.starts_with('+')) number.remove_prefix(1);
    if (number == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (number == "Infinity")
        return is_negative ? -std::numeric_limits<double>::infinity()
                           : std::numeric_limits<double>::infinity();
    if (number.empty() || !(is_digit(number[0]) || number[0] == '.')) return std::nullopt;
    double value = 0;
    const auto [end, problem] =
        std::from_chars(number.data(), number.data() + number.size(), value);
    if (problem == std::errc::invalid_argument || end != number.data() + number.size())
        return std::nullopt;
    if (problem == std::errc::result_out_of_range) {
        const auto e = number.find_first_of("eE");
        const bool is_tiny = e != std::string_view::npos && number.substr(e + 1).starts_with('-');
        value = is_tiny ? 0.0 : std::numeric_limits<double>::infinity();
    }
    return is_negative ? -value : value;
}

std::optional<std::int32_t> parse_date(std::string_view text) {
    text = trimmed(text);
    const auto date = take_date(text);
    return text.empty() ? date : std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text, int digits) {
    text = trimmed(text);
    const auto time = take_time(text, digits);
    return text.empty() ? time : std::nullopt;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text, char separator,
                                            std::string_view* rest, int digits) {
    text = trimmed(text);
    const auto date = take_date(text);
    if (!date) return std::nullopt;
    std::int64_t micros = static_cast<std::int64_t>(*date) * 86'400'000'000;
    if (text.size() > 1 && text[0] == separator && is_digit(text[1])) {
        text.remove_prefix(1);
        const auto time = take_time(text, digits);
        if (!time) return std::nullopt;
        micros += *time;
    }
    if (rest) {
        *rest = trimmed(text);
    } else if (!text.empty()) {
        return std::nullopt;
    }
    return micros;
}

}  // namespace freshet::duck
