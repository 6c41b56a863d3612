#include "duck/native/time/zones.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <mutex>
#include <vector>

#include "base/calendar.h"
#include "base/time_zone.h"

namespace freshet::duck {
namespace {

constexpr int offset_keys = 1680;  // minutes -840 to 840 without 0
constexpr int key_max = 4095;

std::mutex zones_mutex;  // guards the two below: queries of one worker share the zones
std::map<std::string, int, std::less<>> keys_by_name;
std::vector<const TimeZone*> zones;

const TimeZone* zone_at(int key) {
    const std::lock_guard lock(zones_mutex);
    return zones[static_cast<std::size_t>(key - offset_keys - 1)];
}

std::optional<int> offset_key(std::string_view name) {
    for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
        if (name.size() > prefix.size() && name.starts_with(prefix))
            name.remove_prefix(prefix.size());
    }
    if (name.size() < 2 || (name[0] != '+' && name[0] != '-')) return std::nullopt;
    const bool is_negative = name[0] == '-';
    name.remove_prefix(1);
    std::string digits;
    for (const char c : name) {
        if (c >= '0' && c <= '9') {
            digits += c;
        } else if (c != ':') {
            return std::nullopt;
        }
    }
    if (digits.size() == 1) digits = "0" + digits;
    if (digits.size() == 2) digits += "00";
    if (digits.size() != 4) return std::nullopt;
    const int minutes = std::stoi(digits.substr(0, 2)) * 60 + std::stoi(digits.substr(2));
    if (minutes > 840 || std::stoi(digits.substr(2)) > 59) return std::nullopt;
    if (minutes == 0) return 0;
    return is_negative ? 841 - minutes : 840 + minutes;
}

int minutes_of(int key) { return key <= 840 ? key - 841 : key - 840; }

}  // namespace

std::int64_t pack(Zoned value) {
    const std::int64_t millis = floor_div(value.micros, 1000);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(millis) << 12U) | value.key;
}
Zoned unpack(std::int64_t packed) {
    return {(packed >> 12) * 1000, static_cast<int>(packed & key_max)};
}
__int128 pack_wide(Zoned value) {
    return static_cast<__int128>(static_cast<unsigned __int128>(value.micros) << 12U) | value.key;
}
Zoned unpack_wide(__int128 packed) {
    return {static_cast<std::int64_t>(packed >> 12), static_cast<int>(packed & key_max)};
}

std::optional<int> zone_key(std::string_view name) {
    if (name == "UTC" || name == "Z" || name == "GMT" || name == "UT" || name == "Etc/UTC")
        return 0;
    if (const auto key = offset_key(name)) return key;
    const std::lock_guard lock(zones_mutex);
    if (const auto found = keys_by_name.find(name); found != keys_by_name.end())
        return found->second;
    const TimeZone* zone =
        static_cast<int>(zones.size()) + offset_keys + 1 > key_max ? nullptr : TimeZone::find(name);
    if (!zone) return std::nullopt;
    zones.push_back(zone);
    const int key = offset_keys + static_cast<int>(zones.size());
    keys_by_name.emplace(name, key);
    return key;
}

std::string zone_name(int key) {
    if (key == 0) return "UTC";
    if (key > offset_keys) return zone_at(key)->name();
    const int minutes = minutes_of(key);
    char text[16];
    std::snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60,
                  std::abs(minutes) % 60);
    return text;
}

std::int64_t zone_offset(int key, std::int64_t seconds) {
    if (key == 0) return 0;
    if (key <= offset_keys) return minutes_of(key) * 60;
    return zone_at(key)->at(seconds).offset_s;
}

std::int64_t local_micros(Zoned value) {
    return value.micros + zone_offset(value.key, floor_div(value.micros, 1'000'000)) * 1'000'000;
}

std::int64_t instant_micros(std::int64_t local, int key) {
    const std::int64_t seconds = floor_div(local, 1'000'000);
    // The earlier instant of an overlap has the larger offset; in a gap the time moves on by its
    // length.
    const std::int64_t before = zone_offset(key, seconds - zone_offset(key, seconds - 86400));
    const std::int64_t after = zone_offset(key, seconds - before);
    if (before == after) return local - before * 1'000'000;
    const std::int64_t earlier =
        std::max(zone_offset(key, seconds - 86400), zone_offset(key, seconds + 86400));
    const bool is_valid = zone_offset(key, seconds - earlier) == earlier;
    return local - (is_valid ? earlier : std::min(before, after)) * 1'000'000;
}

}  // namespace freshet::duck
