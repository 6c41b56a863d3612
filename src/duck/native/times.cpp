// Timestamps with time zone, intervals, and the text of all temporal values.
#include <cmath>
#include <cstdio>

#include "base/calendar.h"
#include "duck/native/adapter.h"
#include "duck/native/parse_value.h"
#include "duck/native/zones.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using duckdb::timestamp_t;
using std::string_view;

constexpr std::int64_t day_micros = 86'400'000'000;

template <class... A>
std::string printed(const char* format, A... arguments) {
    char text[96];
    std::snprintf(text, sizeof text, format, arguments...);
    return text;
}

std::string stamp_text(std::int64_t micros, char separator) {
    const std::int64_t days = floor_div(micros, day_micros);
    const Civil date = civil_of(days);
    const std::int64_t ms = (micros - days * day_micros) / 1000;
    return printed("%04lld-%02d-%02d%c%02d:%02d:%02d.%03d", static_cast<long long>(date.year),
                   date.month, date.day, separator, static_cast<int>(ms / 3'600'000),
                   static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                   static_cast<int>(ms % 1000));
}

int key_of(string_view zone) {
    const auto key = zone_key(zone);
    if (!key)
        raise(sql::ErrorCode::invalid_function_argument,
              "'" + std::string(zone) + "' is not a valid time zone");
    return *key;
}

std::int64_t zoned(timestamp_t local, string_view zone) {
    const int key = key_of(zone);
    return pack({instant_millis(local.value, key), key});
}
timestamp_t local(std::int64_t packed) { return timestamp_t(local_micros(unpack(packed))); }
std::int64_t instant(std::int64_t packed) { return unpack(packed).millis; }
std::int64_t rezone(std::int64_t packed, timestamp_t moved) {
    const int key = unpack(packed).key;
    return pack({instant_millis(moved.value, key), key});
}
std::int64_t zoned_plus(std::int64_t packed, std::int64_t millis) {
    Zoned value = unpack(packed);
    value.millis += millis;
    return pack(value);
}
std::int64_t at_zone(std::int64_t packed, string_view zone) {
    return pack({unpack(packed).millis, key_of(zone)});
}
std::int64_t at_zone_of(std::int64_t packed, std::int64_t other) {
    return pack({unpack(packed).millis, unpack(other).key});
}
std::string name_of_zone(std::int64_t packed) { return zone_name(unpack(packed).key); }
std::int64_t offset_minutes(std::int64_t packed) {
    const Zoned value = unpack(packed);
    return zone_offset(value.key, floor_div(value.millis, 1000)) / 60;
}
std::int64_t timezone_hour(std::int64_t packed) { return offset_minutes(packed) / 60; }
std::int64_t timezone_minute(std::int64_t packed) { return offset_minutes(packed) % 60; }
std::string zoned_text(std::int64_t packed) {
    return stamp_text(local_micros(unpack(packed)), ' ') + " " + name_of_zone(packed);
}
std::string timestamp_text(timestamp_t t) { return stamp_text(t.value, ' '); }
std::string iso_timestamp(timestamp_t t) { return stamp_text(t.value, 'T'); }
std::string iso_zoned(std::int64_t packed) {
    const std::int64_t minutes = offset_minutes(packed);
    const std::string text = stamp_text(local_micros(unpack(packed)), 'T');
    if (minutes == 0) return text + "Z";
    return text + printed("%c%02d:%02d", minutes < 0 ? '-' : '+',
                          std::abs(static_cast<int>(minutes)) / 60,
                          std::abs(static_cast<int>(minutes)) % 60);
}
std::string time_text(duckdb::dtime_t t) {
    const std::int64_t ms = t.micros / 1000;
    return printed("%02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                   static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60),
                   static_cast<int>(ms % 1000));
}
timestamp_t round_timestamp(timestamp_t t, std::int64_t digits) {
    return timestamp_t(round_micros(t.value, static_cast<int>(digits)));
}

duckdb::date_t date_plus(duckdb::date_t date, std::int64_t millis) {
    if (millis % 86'400'000 != 0)
        raise(sql::ErrorCode::invalid_function_argument,
              "Cannot add hour, minutes or seconds to a date");
    return duckdb::date_t(static_cast<std::int32_t>(date.days + millis / 86'400'000));
}

std::int64_t from_unixtime(double seconds) {
    const double millis = std::floor(seconds * 1000 + 0.5);
    if (!std::isfinite(millis) || std::fabs(millis) > 2.0e15)
        raise(sql::ErrorCode::invalid_function_argument, "Invalid unixtime");
    return pack({static_cast<std::int64_t>(millis), 0});
}

std::int64_t from_iso8601(string_view text) {
    string_view rest;
    const auto micros = parse_timestamp(text, 'T', &rest);
    const auto key = rest.empty() ? std::optional(0) : zone_key(rest);
    if (!micros || !key || (!rest.empty() && rest[0] != 'Z' && rest[0] != '+' && rest[0] != '-')) {
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid format: \"" + std::string(text) + "\"");
    }
    return pack({instant_millis(*micros, *key), *key});
}

std::string months_text(std::int64_t months) {
    return printed("%s%lld-%lld", months < 0 ? "-" : "", std::llabs(months) / 12,
                   std::llabs(months) % 12);
}
std::string millis_text(std::int64_t millis) {
    const long long ms = std::llabs(millis);
    return printed("%s%lld %02lld:%02lld:%02lld.%03lld", millis < 0 ? "-" : "", ms / 86'400'000,
                   ms / 3'600'000 % 24, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}
template <std::int64_t unit, std::int64_t wrap>
std::int64_t part(std::int64_t value) {
    return value / unit % wrap;
}

}  // namespace

void add_times(duckdb::ExtensionLoader& loader) {
    add_native(loader, "zoned", &zoned);
    add_native(loader, "local", &local);
    add_native(loader, "instant", &instant);
    add_native(loader, "rezone", &rezone);
    add_native(loader, "zoned_plus", &zoned_plus);
    add_native(loader, "at_zone", &at_zone);
    add_native(loader, "at_zone_of", &at_zone_of);
    add_native(loader, "zone_name", &name_of_zone);
    add_native(loader, "timezone_hour", &timezone_hour);
    add_native(loader, "timezone_minute", &timezone_minute);
    add_native(loader, "zoned_text", &zoned_text);
    add_native(loader, "timestamp_text", &timestamp_text);
    add_native(loader, "iso_timestamp", &iso_timestamp);
    add_native(loader, "iso_zoned", &iso_zoned);
    add_native(loader, "time_text", &time_text);
    add_native(loader, "round_timestamp", &round_timestamp);
    add_native(loader, "date_plus", &date_plus);
    add_native(loader, "from_unixtime", &from_unixtime);
    add_native(loader, "from_iso8601_timestamp", &from_iso8601);
    add_native(loader, "months_text", &months_text);
    add_native(loader, "millis_text", &millis_text);
    add_native(loader, "interval_year", &part<12, INT64_MAX>);
    add_native(loader, "interval_month", &part<1, 12>);
    add_native(loader, "interval_day", &part<86'400'000, INT64_MAX>);
    add_native(loader, "interval_hour", &part<3'600'000, 24>);
    add_native(loader, "interval_minute", &part<60'000, 60>);
    add_native(loader, "interval_second", &part<1000, 60>);
    add_native(loader, "interval_millisecond", &part<1, 1000>);
}

}  // namespace freshet::duck
