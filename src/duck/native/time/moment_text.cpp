#include "duck/native/time/moment_text.h"

#include <cstdio>

#include "base/calendar.h"

namespace freshet::duck {
namespace {

std::string padded(std::int64_t value, int width) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(value));
    return text;
}

}  // namespace

std::string date_text(std::int64_t days) {
    const Civil date = civil_of(days);
    return (date.year > 9999 ? "+" : "") + padded(date.year, date.year < 0 ? 5 : 4) + "-" +
           padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string time_text(std::int64_t micros, int digits) {
    std::string text = padded(micros / 3'600'000'000, 2) + ":" +
                       padded(micros / 60'000'000 % 60, 2) + ":" +
                       padded(micros / 1'000'000 % 60, 2);
    if (digits > 0)
        text += "." + padded(micros % 1'000'000, 6).substr(0, static_cast<std::size_t>(digits));
    return text;
}

std::string stamp_text(std::int64_t micros, char separator, int digits) {
    constexpr std::int64_t day_micros = 86'400'000'000;
    const std::int64_t days = floor_div(micros, day_micros);
    return date_text(days) + separator + time_text(micros - days * day_micros, digits);
}

}  // namespace freshet::duck
