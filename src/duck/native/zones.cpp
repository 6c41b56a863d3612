#include "duck/native/zones.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "duck/native/parse_value.h"

namespace freshet::duck {
namespace {

constexpr int offset_keys = 1680;  // minutes -840 to 840 without 0
constexpr int key_max = 4095;

/// "M3.2.0/2": the second Sunday of March at two o'clock.
struct RuleDay {
    int month = 0, week = 0, weekday = 0;
    std::int64_t seconds = 7200;
};

/// What holds after the last transition in the file: its POSIX TZ line.
struct Tail {
    std::int64_t standard = 0, daylight = 0;
    bool has_daylight = false;
    RuleDay start, end;
};

struct Zone {
    std::string name;
    std::vector<std::int64_t> times;
    std::vector<std::int64_t> offsets;  ///< from times[i] on
    std::int64_t first = 0;             ///< before times[0]
    std::optional<Tail> tail;
};

std::int64_t big_endian(const std::string& data, std::size_t at, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8U | static_cast<unsigned char>(data[at + static_cast<std::size_t>(i)]);
    return bytes == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

class TailReader {
  public:
    explicit TailReader(std::string_view text) : text_(text) {}
    std::optional<Tail> read() {
        Tail tail;
        if (!abbreviation()) return std::nullopt;
        tail.standard = -clock();
        tail.daylight = tail.standard + 3600;
        if (text_.empty()) return tail;
        if (!abbreviation()) return std::nullopt;
        if (!text_.starts_with(',')) tail.daylight = -clock();
        tail.has_daylight = true;
        if (!rule(tail.start) || !rule(tail.end)) return std::nullopt;
        return tail;
    }

  private:
    bool abbreviation() {
        if (text_.starts_with('<')) {
            const auto close = text_.find('>');
            if (close == std::string_view::npos) return false;
            text_.remove_prefix(close + 1);
            return true;
        }
        std::size_t count = 0;
        while (count < text_.size() && std::isalpha(static_cast<unsigned char>(text_[count])) != 0) ++count;
        text_.remove_prefix(count);
        return count > 0;
    }
    int number() {
        int value = 0;
        while (!text_.empty() && text_[0] >= '0' && text_[0] <= '9') {
            value = value * 10 + (text_[0] - '0');
            text_.remove_prefix(1);
        }
        return value;
    }
    std::int64_t clock() {
        const bool negative = text_.starts_with('-');
        if (negative || text_.starts_with('+')) text_.remove_prefix(1);
        std::int64_t seconds = number() * 3600LL;
        for (const std::int64_t unit : {60, 1}) {
            if (!text_.starts_with(':')) break;
            text_.remove_prefix(1);
            seconds += number() * unit;
        }
        return negative ? -seconds : seconds;
    }
    bool rule(RuleDay& day) {
        if (!text_.starts_with(",M")) return false;
        text_.remove_prefix(2);
        day.month = number();
        text_.remove_prefix(std::min<std::size_t>(1, text_.size()));
        day.week = number();
        text_.remove_prefix(std::min<std::size_t>(1, text_.size()));
        day.weekday = number();
        if (text_.starts_with('/')) {
            text_.remove_prefix(1);
            day.seconds = clock();
        }
        return true;
    }
    std::string_view text_;
};

/// Local seconds since the epoch at which `rule` falls in `year`.
std::int64_t rule_seconds(const RuleDay& rule, std::int64_t year) {
    const std::int32_t first = days_of_civil(year, static_cast<unsigned>(rule.month), 1);
    const int weekday = ((first % 7) + 11) % 7;  // 1970-01-01 was a Thursday
    std::int64_t day = first + (rule.weekday - weekday + 7) % 7 + (rule.week - 1) * 7;
    const std::int32_t next = rule.month == 12 ? days_of_civil(year + 1, 1, 1) : days_of_civil(year, static_cast<unsigned>(rule.month) + 1, 1);
    while (day >= next) day -= 7;
    return day * 86400 + rule.seconds;
}

std::int64_t tail_offset(const Tail& tail, std::int64_t seconds) {
    if (!tail.has_daylight) return tail.standard;
    const std::int64_t local = seconds + tail.standard;
    const std::int64_t year = civil_of_days(local >= 0 ? local / 86400 : -((-local + 86399) / 86400)).year;
    const std::int64_t start = rule_seconds(tail.start, year) - tail.standard;
    const std::int64_t end = rule_seconds(tail.end, year) - tail.daylight;
    const bool daylight = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;
    return daylight ? tail.daylight : tail.standard;
}

std::unique_ptr<Zone> parse_zone(const std::string& data, std::string name) {
    if (data.size() < 44 || !data.starts_with("TZif")) return nullptr;
    const auto counts_at = [&](std::size_t base) {
        std::array<std::size_t, 6> counts{};
        for (std::size_t i = 0; i < 6; ++i) counts[i] = static_cast<std::size_t>(big_endian(data, base + 20 + i * 4, 4));
        return counts;  // isutc, isstd, leap, time, type, char
    };
    auto counts = counts_at(0);
    std::size_t at = 44 + counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0];
    if (data[4] < '2' || at + 44 > data.size()) return nullptr;
    counts = counts_at(at);
    at += 44;
    const std::size_t times = at, kinds = times + counts[3] * 8, types = kinds + counts[3];
    const std::size_t end = types + counts[4] * 6 + counts[5] + counts[2] * 12 + counts[1] + counts[0];
    if (end > data.size() || counts[4] == 0) return nullptr;
    auto zone = std::make_unique<Zone>();
    zone->name = std::move(name);
    const auto offset_of = [&](std::size_t type) { return big_endian(data, types + std::min(type, counts[4] - 1) * 6, 4); };
    zone->first = offset_of(0);
    for (std::size_t i = 0; i < counts[3]; ++i) {
        zone->times.push_back(big_endian(data, times + i * 8, 8));
        zone->offsets.push_back(offset_of(static_cast<unsigned char>(data[kinds + i])));
    }
    std::string line = data.substr(end);
    std::erase(line, '\n');
    zone->tail = TailReader(line).read();
    return zone;
}

std::mutex zones_mutex;  // guards the two below: queries of one worker share the zones
std::map<std::string, int, std::less<>> keys_by_name;
std::vector<std::unique_ptr<Zone>> zones;

const Zone* zone_at(int key) {
    const std::lock_guard lock(zones_mutex);
    return zones[static_cast<std::size_t>(key - offset_keys - 1)].get();
}

std::optional<int> offset_key(std::string_view name) {
    for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
        if (name.size() > prefix.size() && name.starts_with(prefix)) name.remove_prefix(prefix.size());
    }
    if (name.size() < 2 || (name[0] != '+' && name[0] != '-')) return std::nullopt;
    const bool negative = name[0] == '-';
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
    return negative ? 841 - minutes : 840 + minutes;
}

int minutes_of(int key) { return key <= 840 ? key - 841 : key - 840; }

}  // namespace

std::int64_t pack(Zoned value) { return static_cast<std::int64_t>(static_cast<std::uint64_t>(value.millis) << 12U) | value.key; }
Zoned unpack(std::int64_t packed) { return {packed >> 12, static_cast<int>(packed & key_max)}; }

std::optional<int> zone_key(std::string_view name) {
    if (name == "UTC" || name == "Z" || name == "GMT" || name == "UT" || name == "Etc/UTC") return 0;
    if (const auto key = offset_key(name)) return key;
    const std::lock_guard lock(zones_mutex);
    if (const auto found = keys_by_name.find(name); found != keys_by_name.end()) return found->second;
    const bool plain = !name.empty() && name.size() < 64 && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '/' || c == '_' || c == '-' || c == '+';
    });
    if (!plain || name.front() == '/' || static_cast<int>(zones.size()) + offset_keys + 1 > key_max) return std::nullopt;
    std::ifstream file("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
    const std::string data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto zone = parse_zone(data, std::string(name));
    if (!zone) return std::nullopt;
    zones.push_back(std::move(zone));
    const int key = offset_keys + static_cast<int>(zones.size());
    keys_by_name.emplace(name, key);
    return key;
}

std::string zone_name(int key) {
    if (key == 0) return "UTC";
    if (key > offset_keys) return zone_at(key)->name;
    const int minutes = minutes_of(key);
    char text[16];
    std::snprintf(text, sizeof text, "%c%02d:%02d", minutes < 0 ? '-' : '+', std::abs(minutes) / 60, std::abs(minutes) % 60);
    return text;
}

std::int64_t zone_offset(int key, std::int64_t seconds) {
    if (key == 0) return 0;
    if (key <= offset_keys) return minutes_of(key) * 60;
    const Zone* zone = zone_at(key);
    const auto after = std::ranges::upper_bound(zone->times, seconds);
    if (after == zone->times.end() && zone->tail) return tail_offset(*zone->tail, seconds);
    if (after == zone->times.begin()) return zone->first;
    return zone->offsets[static_cast<std::size_t>(after - zone->times.begin()) - 1];
}

std::int64_t local_micros(Zoned value) {
    const std::int64_t seconds = value.millis >= 0 ? value.millis / 1000 : -((-value.millis + 999) / 1000);
    return value.millis * 1000 + zone_offset(value.key, seconds) * 1'000'000;
}

std::int64_t instant_millis(std::int64_t local, int key) {
    const std::int64_t rounded = round_micros(local, 3) / 1000;
    const std::int64_t seconds = rounded >= 0 ? rounded / 1000 : -((-rounded + 999) / 1000);
    // The earlier instant of an overlap has the larger offset; in a gap the time moves on by its length.
    const std::int64_t before = zone_offset(key, seconds - zone_offset(key, seconds - 86400));
    const std::int64_t after = zone_offset(key, seconds - before);
    if (before == after) return rounded - before * 1000;
    const std::int64_t earlier = std::max(zone_offset(key, seconds - 86400), zone_offset(key, seconds + 86400));
    const bool valid = zone_offset(key, seconds - earlier) == earlier;
    return rounded - (valid ? earlier : std::min(before, after)) * 1000;
}

}  // namespace freshet::duck
