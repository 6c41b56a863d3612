// Dates, times, timestamps and intervals: their text by digits, and what the engine has not.
#include <cmath>
#include <cstdio>

#include "base/calendar.h"
#include "duck/native/adapter.h"
#include "duck/native/parse_value.h"
#include "duck/native/time/moment_text.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using duckdb::dtime_t;
using duckdb::timestamp_t;
using std::string_view;

constexpr std::int64_t day_micros = 86'400'000'000;
constexpr std::int64_t day_millis = 86'400'000;

template <class... A>
std::string printed(const char* format, A... arguments) {
    char text[96];
    std::snprintf(text, sizeof text, format, arguments...);
    return text;
}

std::int64_t in_day(std::int64_t micros) {
    return micros - floor_div(micros, day_micros) * day_micros;
}

std::string timestamp_text(timestamp_t t, std::int64_t digits) {
    return stamp_text(t.value, ' ', static_cast<int>(digits));
}
std::string iso_timestamp(timestamp_t t, std::int64_t digits) {
    return stamp_text(t.value, 'T', static_cast<int>(digits));
}
std::string date_text_of(duckdb::date_t date) { return date_text(date.days); }
std::string time_text_of(dtime_t t, std::int64_t digits) {
    return time_text(t.micros, static_cast<int>(digits));
}
timestamp_t round_timestamp(timestamp_t t, std::int64_t digits) {
    return timestamp_t(round_micros(t.value, static_cast<int>(digits)));
}
dtime_t round_time(dtime_t t, std::int64_t digits) {
    return dtime_t(round_micros(t.micros, static_cast<int>(digits)) % day_micros);
}
timestamp_t floor_millis(timestamp_t t) { return timestamp_t(floor_div(t.value, 1000) * 1000); }
std::int64_t rounded_millis(std::int64_t micros) { return round_micros(micros, 3) / 1000; }
std::int64_t micros_of_time(dtime_t t) { return t.micros; }
std::int64_t millis_of_time(dtime_t t) { return t.micros / 1000; }
dtime_t time_plus(dtime_t t, std::int64_t millis) {
    return dtime_t(in_day(t.micros + millis % day_millis * 1000));
}
dtime_t trunc_time(dtime_t t, std::int64_t unit_millis) {
    return dtime_t(t.micros - t.micros % (unit_millis * 1000));
}

duckdb::date_t date_plus(duckdb::date_t date, std::int64_t millis) {
    if (millis % day_millis != 0)
        raise(sql::ErrorCode::invalid_function_argument,
              "Cannot add hour, minutes or seconds to a date");
    const std::int64_t days = date.days + millis / day_millis;
    if (days < INT32_MIN || days > INT32_MAX ||
        !duckdb::Date::IsFinite(duckdb::date_t(static_cast<std::int32_t>(days))))
        raise(sql::ErrorCode::numeric_value_out_of_range, "The date is out of range");
    return duckdb::date_t(static_cast<std::int32_t>(days));
}

std::string months_text(std::int64_t months) {
    return printed("%s%lld-%lld", months < 0 ? "-" : "", std::llabs(months) / 12,
                   std::llabs(months) % 12);
}
std::string millis_text(std::int64_t millis) {
    const long long ms = std::llabs(millis);
    return printed("%s%lld %02lld:%02lld:%02lld.%03lld", millis < 0 ? "-" : "", ms / day_millis,
                   ms / 3'600'000 % 24, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}
template <std::int64_t unit, std::int64_t wrap>
std::int64_t part(std::int64_t value) {
    return value / unit % wrap;
}

/// "1.5m": a number and a unit, as an interval.
std::int64_t parse_duration(string_view text) {
    static constexpr std::pair<string_view, double> units[] = {
        {"ns", 1e-6},   {"us", 1e-3},     {"ms", 1.0},      {"s", 1000.0},
        {"m", 60000.0}, {"h", 3600000.0}, {"d", 86400000.0}};
    const auto end = text.find_first_not_of("0123456789.");
    const auto bad = [&]() {
        raise(sql::ErrorCode::invalid_function_argument,
              "duration is not a valid data duration string: " + std::string(text));
    };
    if (end == string_view::npos || end == 0) bad();
    const auto value = parse_double(text.substr(0, end));
    string_view unit = text.substr(end);
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    if (!value) bad();
    for (const auto& [name, millis] : units) {
        if (name != unit) continue;
        const double wide = std::floor(*value * millis + 0.5);
        if (wide > 9.0e18) bad();
        return static_cast<std::int64_t>(wide);
    }
    raise(sql::ErrorCode::invalid_function_argument, "Unknown time unit: " + std::string(unit));
}

/// The last of the steps of a sequence by months; `months` are the whole ones between its ends.
std::int64_t month_steps(std::int64_t months, std::int64_t step, bool is_rising, bool is_falling) {
    if (step == 0) raise(sql::ErrorCode::invalid_function_argument, "step must not be zero");
    if (step > 0 ? !is_rising : !is_falling)
        raise(sql::ErrorCode::invalid_function_argument,
              "sequence stop value should be greater than or equal to start value if step is "
              "greater than zero otherwise stop should be less than or equal to start");
    if (months / step + 1 > 10'000)
        raise(sql::ErrorCode::invalid_function_argument,
              "result of sequence function must not have more than 10000 entries");
    return months / step;
}

}  // namespace

void add_times(duckdb::ExtensionLoader& loader) {
    add_native(loader, "timestamp_text", &timestamp_text);
    add_native(loader, "iso_timestamp", &iso_timestamp);
    add_native(loader, "date_text", &date_text_of);
    add_native(loader, "time_text", &time_text_of);
    add_native(loader, "round_timestamp", &round_timestamp);
    add_native(loader, "round_time", &round_time);
    add_native(loader, "floor_millis", &floor_millis);
    add_native(loader, "rounded_millis", &rounded_millis);
    add_native(loader, "micros_of_time", &micros_of_time);
    add_native(loader, "millis_of_time", &millis_of_time);
    add_native(loader, "time_plus", &time_plus);
    add_native(loader, "trunc_time", &trunc_time);
    add_native(loader, "date_plus", &date_plus);
    add_native(loader, "months_text", &months_text);
    add_native(loader, "millis_text", &millis_text);
    add_native(loader, "interval_year", &part<12, INT64_MAX>);
    add_native(loader, "interval_month", &part<1, 12>);
    add_native(loader, "interval_day", &part<day_millis, INT64_MAX>);
    add_native(loader, "interval_hour", &part<3'600'000, 24>);
    add_native(loader, "interval_minute", &part<60'000, 60>);
    add_native(loader, "interval_second", &part<1000, 60>);
    add_native(loader, "interval_millisecond", &part<1, 1000>);
    add_native(loader, "parse_duration", &parse_duration);
    add_native(loader, "month_steps", &month_steps);
}

}  // namespace freshet::duck
