#include "catalog/key_value.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include "catalog/catalog.h"

namespace freshet::catalog {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number_at(std::string_view text, std::size_t at, std::size_t size) {
    int number = 0;
    for (const char c : text.substr(at, size)) number = number * 10 + (c - '0');
    return number;
}

/// "2022-02-01".
std::optional<long double> days_of(std::string_view text) {
    const bool has_form = text.size() == 10 && text[4] == '-' && text[7] == '-' &&
                          is_digits(text.substr(0, 4)) && is_digits(text.substr(5, 2)) &&
                          is_digits(text.substr(8));
    if (!has_form) return std::nullopt;
    const std::chrono::year_month_day date{
        std::chrono::year(number_at(text, 0, 4)),
        std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
        std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date).time_since_epoch().count();
}

/// "2022-02-01 00:00:00", with up to nine digits after the decimal point.
std::optional<long double> nanoseconds_of(std::string_view text) {
    if (text.size() < 19) return std::nullopt;
    const auto days = days_of(text.substr(0, 10));
    const std::string_view time = text.substr(11, 8);
    const bool has_form = days && text[10] == ' ' && time[2] == ':' && time[5] == ':' &&
                          is_digits(time.substr(0, 2)) && is_digits(time.substr(3, 2)) &&
                          is_digits(time.substr(6));
    if (!has_form) return std::nullopt;
    const int hours = number_at(time, 0, 2), minutes = number_at(time, 3, 2),
              seconds = number_at(time, 6, 2);
    std::string fraction(text.substr(19));
    if (!fraction.empty() && (fraction[0] != '.' || fraction.size() > 10 ||
                              !is_digits(std::string_view(fraction).substr(1))))
        return std::nullopt;
    if (hours > 23 || minutes > 59 || seconds > 59) return std::nullopt;
    if (!fraction.empty()) fraction.erase(0, 1);
    fraction.resize(9, '0');
    const long double whole =
        ((*days * 24 + hours) * 60 + minutes) * 60 + static_cast<long double>(seconds);
    return whole * 1'000'000'000 + number_at(fraction, 0, 9);
}

}  // namespace

std::optional<KeyKind> key_kind(std::string_view hive_type) {
    const std::string name = folded(hive_type.substr(0, hive_type.find('(')));
    if (name == "string" || name == "varchar" || name == "char" || name == "boolean" ||
        name.empty())
        return KeyKind::text;
    if (name == "int" || name == "integer" || name == "bigint" || name == "long" ||
        name == "tinyint" || name == "smallint")
        return KeyKind::integer;
    if (name == "decimal" || name == "double" || name == "float") return KeyKind::decimal;
    if (name == "date") return KeyKind::date;
    if (name == "timestamp") return KeyKind::timestamp;
    return std::nullopt;
}

std::optional<long double> key_number(KeyKind kind, const std::string& text) {
    if (kind == KeyKind::date) return days_of(text);
    if (kind == KeyKind::timestamp) return nanoseconds_of(text);
    if (kind == KeyKind::integer) {
        std::int64_t number = 0;
        const char* const end = text.data() + text.size();
        const auto read =
            std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), end, number);
        if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
        return number;
    }
    const bool is_plain =
        !text.empty() && text.find_first_not_of("0123456789+-.eE") == std::string::npos;
    char* end = nullptr;
    const long double number = std::strtold(text.c_str(), &end);
    return is_plain && *end == '\0' ? std::optional(number) : std::nullopt;
}

}  // namespace freshet::catalog
