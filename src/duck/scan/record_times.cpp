#include "duck/scan/record_times.h"

#include <algorithm>
#include <limits>

#include "duck/native/parse_value.h"
#include "duck/native/time/date_patterns.h"

namespace freshet::duck {
namespace {

constexpr std::size_t millis_digits = 13;  ///< as many as 1454612111000 has
constexpr std::int64_t second_micros = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "1454612111.25": seconds, exact to a microsecond.
std::optional<std::int64_t> seconds_micros(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const std::size_t point = std::min(text.find('.'), text.size());
    constexpr std::int64_t seconds_max = std::numeric_limits<std::int64_t>::max() / second_micros;
    const auto seconds = parse_whole(text.substr(0, point), 0, seconds_max - 1);
    if (!seconds || point == 0 || !is_digit(text[0])) return std::nullopt;
    std::string_view fraction = point < text.size() ? text.substr(point + 1) : "";
    if (point < text.size() && fraction.empty()) return std::nullopt;
    if (!std::ranges::all_of(fraction, is_digit)) return std::nullopt;
    std::int64_t micros = 0;
    for (std::size_t i = 0; i < 6; ++i)
        micros = micros * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
    if (fraction.size() > 6 && fraction[6] >= '5') ++micros;
    micros += *seconds * second_micros;
    return is_negative ? -micros : micros;
}

std::optional<std::int64_t> millis_micros(std::string_view text) {
    const auto millis = parse_whole(text, std::numeric_limits<std::int64_t>::min() / 1000,
                                    std::numeric_limits<std::int64_t>::max() / 1000);
    return millis ? std::optional(*millis * 1000) : std::nullopt;
}

bool is_number(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && is_digit(text[0]) &&
           std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '.'; });
}

}  // namespace

std::optional<std::int64_t> openx_micros(std::string_view text) {
    if (is_number(text)) {
        const std::size_t digits = text.size() - (text.starts_with('-') ? 1 : 0);
        const bool is_whole = !text.contains('.');
        return is_whole && digits >= millis_digits ? millis_micros(text) : seconds_micros(text);
    }
    if (!text.contains(':')) return std::nullopt;
    if (!text.contains('T')) return parse_timestamp(text, ' ', nullptr);
    if (text.ends_with('Z')) text.remove_suffix(1);
    return parse_timestamp(text, 'T', nullptr);
}

std::optional<std::int64_t> hive_micros(std::string_view text,
                                        const std::vector<std::string>& formats) {
    for (const std::string& format : formats) {
        const auto micros = format == "millis" ? millis_micros(text) : parse_joda(text, format);
        if (micros) return micros;
    }
    return text.contains(':') ? parse_timestamp(text, ' ', nullptr) : std::nullopt;
}

}  // namespace freshet::duck
