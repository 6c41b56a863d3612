#include "record/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/check.h"

namespace freshet::record {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads exactly `digits` digits at `at`, moving it.
std::optional<int> read_digits(std::string_view text, std::size_t& at, std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at) {
        if (at >= text.size() || !is_digit(text[at])) return std::nullopt;
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

bool read_char(std::string_view text, std::size_t& at, char c) {
    if (at >= text.size() || text[at] != c) return false;
    ++at;
    return true;
}

std::optional<std::int64_t> read_date(std::string_view text, std::size_t& at) {
    const auto year = read_digits(text, at, 4);
    if (!year || !read_char(text, at, '-')) return std::nullopt;
    const auto month = read_digits(text, at, 2);
    if (!month || !read_char(text, at, '-')) return std::nullopt;
    const auto day = read_digits(text, at, 2);
    if (!day) return std::nullopt;
    const Civil civil{*year, *month, *day};
    if (!is_valid(civil)) return std::nullopt;
    return day_of(civil) * day_ms;
}

/// "HH:mm:ss[.f...]"; digits of the fraction after the third are dropped.
std::optional<std::int64_t> read_time(std::string_view text, std::size_t& at) {
    const auto hour = read_digits(text, at, 2);
    if (!hour || *hour > 23 || !read_char(text, at, ':')) return std::nullopt;
    const auto minute = read_digits(text, at, 2);
    if (!minute || *minute > 59 || !read_char(text, at, ':')) return std::nullopt;
    const auto second = read_digits(text, at, 2);
    if (!second || *second > 59) return std::nullopt;
    std::int64_t ms = ((*hour * 60LL + *minute) * 60 + *second) * 1000;
    if (!read_char(text, at, '.')) return ms;
    const std::size_t first = at;
    for (int unit = 100; at < text.size() && is_digit(text[at]); ++at, unit /= 10)
        ms += (text[at] - '0') * unit;
    return at == first ? std::nullopt : std::optional(ms);
}

}  // namespace

std::int64_t power_of_ten(int exponent) {
    FRESHET_CHECK(exponent >= 0 && exponent <= decimal_digits_max);  // an int64 holds it
    std::int64_t power = 1;
    while (exponent-- > 0) power *= 10;
    return power;
}

std::string decimal_text(std::int64_t unscaled, int scale) {
    if (scale == 0) return fmt::format("{}", unscaled);
    const std::uint64_t size = unscaled < 0 ? 0 - static_cast<std::uint64_t>(unscaled)
                                            : static_cast<std::uint64_t>(unscaled);
    const auto unit = static_cast<std::uint64_t>(power_of_ten(scale));
    return fmt::format("{}{}.{:0{}}", unscaled < 0 ? "-" : "", size / unit, size % unit, scale);
}

std::string real_text(double value, bool is_single) {
    return is_single ? fmt::format("{}", static_cast<float>(value)) : fmt::format("{}", value);
}

std::string date_text(std::int64_t ms) {
    const Civil civil = civil_of(floor_div(ms, day_ms));
    return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::string time_text(std::int64_t ms) {
    const std::int64_t of_day = ms - floor_div(ms, day_ms) * day_ms;
    return fmt::format("{:02}:{:02}:{:02}.{:03}", of_day / 3'600'000, of_day / 60'000 % 60,
                       of_day / 1000 % 60, of_day % 1000);
}

std::string timestamp_text(std::int64_t ms) { return date_text(ms) + " " + time_text(ms); }

std::string interval_text(std::int64_t ms) {
    const std::int64_t size = ms < 0 ? -ms : ms;
    return fmt::format("{}{} {}", ms < 0 ? '-' : '+', size / day_ms, time_text(size % day_ms));
}

std::string hex_text(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) text += fmt::format("{:02X}", static_cast<unsigned char>(c));
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && is_digit(text[1])) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<double> parse_real(std::string_view text) {
    text = trimmed(text);
    if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
    if (text.empty() || (!is_digit(text[0]) && text[0] != '-' && text[0] != '.'))
        return std::nullopt;
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

std::optional<std::int64_t> parse_decimal(std::string_view text, int scale) {
    text = trimmed(text);
    bool is_negative = false;
    std::size_t at = 0;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) is_negative = text[at++] == '-';
    std::int64_t value = 0;
    int decimals = -1;  // digits after the point so far; -1: no point yet
    bool has_digits = false, must_round_up = false;
    for (; at < text.size(); ++at) {
        if (text[at] == '.' && decimals < 0) {
            decimals = 0;
            continue;
        }
        if (!is_digit(text[at])) break;
        has_digits = true;
        if (decimals >= scale) {
            if (decimals++ == scale) must_round_up = text[at] >= '5';
            continue;
        }
        if (value > (power_of_ten(decimal_digits_max) - 1) / 10) return std::nullopt;
        value = value * 10 + (text[at] - '0');
        if (decimals >= 0) ++decimals;
    }
    if (!has_digits) return std::nullopt;
    if (at < text.size()) {  // an exponent
        const auto real = parse_real(text);
        if (!real || std::abs(*real) >= 1e17) return std::nullopt;
        const double unscaled = *real * static_cast<double>(power_of_ten(scale));
        if (std::abs(unscaled) >= static_cast<double>(power_of_ten(decimal_digits_max)))
            return std::nullopt;
        return static_cast<std::int64_t>(std::llround(unscaled));
    }
    for (int i = std::max(decimals, 0); i < scale; ++i) {
        if (value > (power_of_ten(decimal_digits_max) - 1) / 10) return std::nullopt;
        value *= 10;
    }
    if (must_round_up) ++value;
    return is_negative ? -value : value;
}

std::optional<bool> parse_boolean(std::string_view text) {
    text = trimmed(text);
    const auto is = [&](std::string_view word) {
        if (text.size() != word.size()) return false;
        for (std::size_t i = 0; i < word.size(); ++i) {
            if ((text[i] | 0x20) != word[i]) return false;
        }
        return true;
    };
    if (is("true")) return true;
    if (is("false")) return false;
    return std::nullopt;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
    text = trimmed(text);
    std::size_t at = 0;
    const auto ms = read_date(text, at);
    return ms && at == text.size() ? ms : std::nullopt;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
    text = trimmed(text);
    std::size_t at = 0;
    const auto ms = read_time(text, at);
    return ms && at == text.size() ? ms : std::nullopt;
}

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    text = trimmed(text);
    std::size_t at = 0;
    const auto date = read_date(text, at);
    if (!date) return std::nullopt;
    if (at == text.size()) return date;
    if (text[at] != ' ' && text[at] != 'T') return std::nullopt;
    ++at;
    const auto time = read_time(text, at);
    if (!time) return std::nullopt;
    if (at < text.size() && text[at] == 'Z') ++at;
    return at == text.size() ? std::optional(*date + *time) : std::nullopt;
}

bool fits(Kind kind, std::int64_t value) {
    if (kind == Kind::tinyint) return value >= -128 && value <= 127;
    if (kind == Kind::smallint) return value >= -32768 && value <= 32767;
    return kind != Kind::integer || (value >= -2147483648LL && value <= 2147483647LL);
}

}  // namespace freshet::record
