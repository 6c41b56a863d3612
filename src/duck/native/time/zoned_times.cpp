// Timestamps with time zone. Each function takes packed values and wide ones (zones.h).
#include <cmath>
#include <cstdio>

#include "base/calendar.h"
#include "duck/native/adapter.h"
#include "duck/native/parse_value.h"
#include "duck/native/time/moment_text.h"
#include "duck/native/time/zones.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using duckdb::timestamp_t;
using std::string_view;

template <class P>
Zoned unpacked(P packed) {
    if constexpr (sizeof(P) == 16) {
        return unpack_wide(packed);
    } else {
        return unpack(packed);
    }
}
template <class P>
P packed_as(Zoned value) {
    if constexpr (sizeof(P) == 16) {
        return pack_wide(value);
    } else {
        return pack(value);
    }
}

int key_of(string_view zone) {
    const auto key = zone_key(zone);
    if (!key)
        raise(sql::ErrorCode::invalid_function_argument,
              "'" + std::string(zone) + "' is not a valid time zone");
    return *key;
}

template <class P>
P zoned(timestamp_t local, string_view zone) {
    const int key = key_of(zone);
    return packed_as<P>({instant_micros(local.value, key), key});
}
template <class P>
timestamp_t local(P packed) {
    return timestamp_t(local_micros(unpacked(packed)));
}
/// For comparing: in the unit of the packing.
template <class P>
std::int64_t instant(P packed) {
    const std::int64_t micros = unpacked(packed).micros;
    return sizeof(P) == 16 ? micros : micros / 1000;
}
template <class P>
std::int64_t instant_in_micros(P packed) {
    return unpacked(packed).micros;
}
template <class P>
std::int64_t instant_in_millis(P packed) {
    return floor_div(unpacked(packed).micros, 1000);
}
template <class P>
P rezone(P packed, timestamp_t moved) {
    const int key = unpacked(packed).key;
    return packed_as<P>({instant_micros(moved.value, key), key});
}
template <class P>
P zoned_plus(P packed, std::int64_t millis) {
    Zoned value = unpacked(packed);
    std::int64_t micros = 0;
    if (__builtin_mul_overflow(millis, std::int64_t{1000}, &micros) ||
        __builtin_add_overflow(value.micros, micros, &value.micros))
        raise(sql::ErrorCode::numeric_value_out_of_range, "The timestamp is out of range");
    return packed_as<P>(value);
}
template <class P>
P at_zone(P packed, string_view zone) {
    return packed_as<P>({unpacked(packed).micros, key_of(zone)});
}
template <class P>
P at_zone_of(P packed, P other) {
    return packed_as<P>({unpacked(packed).micros, unpacked(other).key});
}
template <class P>
P round_zoned(P packed, std::int64_t digits) {
    const Zoned value = unpacked(packed);
    return packed_as<P>({round_micros(value.micros, static_cast<int>(digits)), value.key});
}
template <class P>
std::string name_of_zone(P packed) {
    return zone_name(unpacked(packed).key);
}
std::int64_t offset_minutes(Zoned value) {
    return zone_offset(value.key, floor_div(value.micros, 1'000'000)) / 60;
}
template <class P>
std::int64_t timezone_hour(P packed) {
    return offset_minutes(unpacked(packed)) / 60;
}
template <class P>
std::int64_t timezone_minute(P packed) {
    return offset_minutes(unpacked(packed)) % 60;
}
template <class P>
std::string zoned_text(P packed, std::int64_t digits) {
    const Zoned value = unpacked(packed);
    return stamp_text(local_micros(value), ' ', static_cast<int>(digits)) + " " +
           zone_name(value.key);
}
template <class P>
std::string iso_zoned(P packed, std::int64_t digits) {
    const Zoned value = unpacked(packed);
    const auto minutes = static_cast<int>(offset_minutes(value));
    const std::string text = stamp_text(local_micros(value), 'T', static_cast<int>(digits));
    if (minutes == 0) return text + "Z";
    char offset[16];
    std::snprintf(offset, sizeof offset, "%c%02d:%02d", minutes < 0 ? '-' : '+',
                  std::abs(minutes) / 60, std::abs(minutes) % 60);
    return text + offset;
}

__int128 widened(std::int64_t packed) { return pack_wide(unpack(packed)); }
std::int64_t narrowed(__int128 packed, std::int64_t digits) {
    const Zoned value = unpack_wide(packed);
    return pack({round_micros(value.micros, static_cast<int>(digits)), value.key});
}

std::int64_t from_unixtime(double seconds) {
    const double millis = std::floor(seconds * 1000 + 0.5);
    if (!std::isfinite(millis) || std::fabs(millis) > 2.0e15)
        raise(sql::ErrorCode::invalid_function_argument, "Invalid unixtime");
    return pack({static_cast<std::int64_t>(millis) * 1000, 0});
}
/// "+05:30" of hours and minutes of one sign.
std::string offset_zone(std::int64_t hours, std::int64_t minutes) {
    if (hours < -14 || hours > 14 || minutes < -840 || minutes > 840)
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid offset " + std::to_string(hours) + ":" + std::to_string(minutes));
    const std::int64_t all = hours * 60 + minutes;
    if (all < -840 || all > 840)
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid offset minutes " + std::to_string(all));
    char text[16];
    std::snprintf(text, sizeof text, "%c%02d:%02d", all < 0 ? '-' : '+',
                  std::abs(static_cast<int>(all)) / 60, std::abs(static_cast<int>(all)) % 60);
    return text;
}

std::int64_t from_iso8601(string_view text) {
    string_view rest;
    const auto micros = parse_timestamp(text, 'T', &rest);
    const auto key = rest.empty() ? std::optional(0) : zone_key(rest);
    if (!micros || !key || (!rest.empty() && rest[0] != 'Z' && rest[0] != '+' && rest[0] != '-')) {
        raise(sql::ErrorCode::invalid_function_argument,
              "Invalid format: \"" + std::string(text) + "\"");
    }
    return pack({instant_micros(*micros, *key), *key});
}

template <class P>
void add_packed(duckdb::ExtensionLoader& loader) {
    add_native(loader, "local", &local<P>);
    add_native(loader, "instant", &instant<P>);
    add_native(loader, "instant_micros", &instant_in_micros<P>);
    add_native(loader, "instant_millis", &instant_in_millis<P>);
    add_native(loader, "rezone", &rezone<P>);
    add_native(loader, "zoned_plus", &zoned_plus<P>);
    add_native(loader, "at_zone", &at_zone<P>);
    add_native(loader, "at_zone_of", &at_zone_of<P>);
    add_native(loader, "round_zoned", &round_zoned<P>);
    add_native(loader, "zone_name", &name_of_zone<P>);
    add_native(loader, "timezone_hour", &timezone_hour<P>);
    add_native(loader, "timezone_minute", &timezone_minute<P>);
    add_native(loader, "zoned_text", &zoned_text<P>);
    add_native(loader, "iso_zoned", &iso_zoned<P>);
}

}  // namespace

void add_zoned_times(duckdb::ExtensionLoader& loader) {
    add_packed<std::int64_t>(loader);
    add_packed<__int128>(loader);
    add_native(loader, "zoned", &zoned<std::int64_t>);
    add_native(loader, "zoned_wide", &zoned<__int128>);
    add_native(loader, "widened", &widened);
    add_native(loader, "narrowed", &narrowed);
    add_native(loader, "from_unixtime", &from_unixtime);
    add_native(loader, "offset_zone", &offset_zone);
    add_native(loader, "from_iso8601_timestamp", &from_iso8601);
}

}  // namespace freshet::duck
