#include "base/time_zone.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace freshet {
namespace {

using namespace std::chrono;

std::int64_t big_endian(const std::string& data, std::size_t at, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i)
        value = value << 8U | static_cast<unsigned char>(data[at + static_cast<std::size_t>(i)]);
    return bytes == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

/// "M3.2.0/2": the second Sunday of March at two o'clock.
struct RuleDay {
    int month = 0, week = 0, weekday = 0;
    std::int64_t seconds = 7200;
};

/// What holds after the last transition in the file: its POSIX TZ line.
struct Tail {
    ZonePeriod standard, daylight;
    bool has_daylight = false;
    RuleDay start, end;
};

class TailReader {
  public:
    explicit TailReader(std::string_view text) : text_(text) {}
    std::optional<Tail> read() {
        Tail tail;
        if (!read_abbreviation(tail.standard)) return std::nullopt;
        tail.standard.offset_s = -clock();
        if (text_.empty()) return tail;
        if (!read_abbreviation(tail.daylight)) return std::nullopt;
        tail.daylight.offset_s = text_.starts_with(',') ? tail.standard.offset_s + 3600 : -clock();
        tail.has_daylight = true;
        if (!read_rule(tail.start) || !read_rule(tail.end)) return std::nullopt;
        return tail;
    }

  private:
    bool read_abbreviation(ZonePeriod& period) {
        if (text_.starts_with('<')) {
            const auto close = text_.find('>');
            if (close == std::string_view::npos) return false;
            period.abbreviation = text_.substr(1, close - 1);
            text_.remove_prefix(close + 1);
            return true;
        }
        std::size_t count = 0;
        while (count < text_.size() && std::isalpha(static_cast<unsigned char>(text_[count])) != 0)
            ++count;
        period.abbreviation = text_.substr(0, count);
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
        const bool is_negative = text_.starts_with('-');
        if (is_negative || text_.starts_with('+')) text_.remove_prefix(1);
        std::int64_t seconds = number() * 3600LL;
        for (const std::int64_t unit : {60, 1}) {
            if (!text_.starts_with(':')) break;
            text_.remove_prefix(1);
            seconds += number() * unit;
        }
        return is_negative ? -seconds : seconds;
    }
    bool read_rule(RuleDay& day) {
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
std::int64_t rule_seconds(const RuleDay& rule, year in) {
    const year_month of = in / month(static_cast<unsigned>(rule.month));
    const weekday wanted(static_cast<unsigned>(rule.weekday));
    const sys_days day = rule.week >= 5 ? sys_days(of / wanted[last])
                                        : sys_days(of / wanted[static_cast<unsigned>(rule.week)]);
    return day.time_since_epoch().count() * 86400LL + rule.seconds;
}

const ZonePeriod& tail_period(const Tail& tail, std::int64_t instant) {
    if (!tail.has_daylight) return tail.standard;
    const sys_seconds local{seconds(instant + tail.standard.offset_s)};
    const year in = year_month_day(floor<days>(local)).year();
    const std::int64_t start = rule_seconds(tail.start, in) - tail.standard.offset_s;
    const std::int64_t end = rule_seconds(tail.end, in) - tail.daylight.offset_s;
    const bool is_daylight =
        start < end ? instant >= start && instant < end : instant >= start || instant < end;
    return is_daylight ? tail.daylight : tail.standard;
}

}  // namespace

struct TimeZone::Rules {
    std::vector<std::int64_t> times;
    std::vector<ZonePeriod> periods;  ///< from times[i] on
    ZonePeriod first;                 ///< before times[0]
    std::optional<Tail> tail;

    static std::unique_ptr<Rules> parse(const std::string& data);
};

std::unique_ptr<TimeZone::Rules> TimeZone::Rules::parse(const std::string& data) {
    if (data.size() < 44 || !data.starts_with("TZif")) return nullptr;
    const auto counts_at = [&](std::size_t base) {
        std::array<std::size_t, 6> counts{};
        for (std::size_t i = 0; i < 6; ++i)
            counts[i] = static_cast<std::size_t>(big_endian(data, base + 20 + i * 4, 4));
        return counts;  // isutc, isstd, leap, time, type, char
    };
    auto counts = counts_at(0);
    std::size_t at =
        44 + counts[3] * 5 + counts[4] * 6 + counts[5] + counts[2] * 8 + counts[1] + counts[0];
    if (data[4] < '2' || at + 44 > data.size()) return nullptr;
    counts = counts_at(at);
    at += 44;
    const std::size_t times = at, kinds = times + counts[3] * 8, types = kinds + counts[3];
    const std::size_t names = types + counts[4] * 6;
    const std::size_t end = names + counts[5] + counts[2] * 12 + counts[1] + counts[0];
    if (end > data.size() || counts[4] == 0) return nullptr;
    const auto period_of = [&](std::size_t type) {
        const std::size_t place = types + std::min(type, counts[4] - 1) * 6;
        const std::size_t name =
            names + std::min<std::size_t>(static_cast<unsigned char>(data[place + 5]), counts[5]);
        return ZonePeriod{big_endian(data, place, 4),
                          std::string(data.substr(name, names + counts[5] - name).c_str())};
    };
    auto rules = std::make_unique<Rules>();
    rules->first = period_of(0);
    for (std::size_t i = 0; i < counts[3]; ++i) {
        rules->times.push_back(big_endian(data, times + i * 8, 8));
        rules->periods.push_back(period_of(static_cast<unsigned char>(data[kinds + i])));
    }
    std::string line = data.substr(end);
    std::erase(line, '\n');
    rules->tail = TailReader(line).read();
    return rules;
}

TimeZone::TimeZone(std::string name, std::unique_ptr<Rules> rules)
    : name_(std::move(name)), rules_(std::move(rules)) {}
TimeZone::~TimeZone() = default;

const TimeZone* TimeZone::find(std::string_view name) {
    static std::mutex mutex;  // guards the map; a zone itself never changes
    static std::map<std::string, std::unique_ptr<TimeZone>, std::less<>> known;
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(name); found != known.end()) return found->second.get();
    const bool is_plain = !name.empty() && name.size() < 64 &&
                          std::ranges::all_of(
                              name,
                              [](char c) {
                                  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                                         c == '/' || c == '_' || c == '-' || c == '+';
                              });
    if (!is_plain || name.front() == '/') return nullptr;
    const std::string path = "/usr/share/zoneinfo/" + std::string(name);
    std::error_code problem;
    if (!std::filesystem::is_regular_file(path, problem)) return nullptr;  // "America" is a folder
    std::ifstream file(path, std::ios::binary);
    const std::string data{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto rules = Rules::parse(data);
    if (!rules) return nullptr;
    std::unique_ptr<TimeZone> zone(new TimeZone(std::string(name), std::move(rules)));
    return known.emplace(std::string(name), std::move(zone)).first->second.get();
}

const ZonePeriod& TimeZone::at(std::int64_t instant) const {
    const auto after = std::ranges::upper_bound(rules_->times, instant);
    if (after == rules_->times.end() && rules_->tail) return tail_period(*rules_->tail, instant);
    if (after == rules_->times.begin()) return rules_->first;
    return rules_->periods[static_cast<std::size_t>(after - rules_->times.begin()) - 1];
}

}  // namespace freshet
