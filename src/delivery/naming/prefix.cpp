#include "delivery/naming/prefix.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <random>

#include "base/calendar.h"
#include "base/text/time_pattern.h"
#include "delivery/errors.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

using namespace std::chrono;

/// The instant in its zone: the time there, counted as if it were UTC.
struct Calendar {
    explicit Calendar(Timestamp t, const TimeZone* zone_)
        : zone(zone_),
          period(zone ? zone->at(floor<seconds>(t).time_since_epoch().count())
                      : ZonePeriod{0, "UTC"}),
          day(floor<days>(t + seconds(period.offset_s))),
          date(day),
          time(t + seconds(period.offset_s) - day),
          weekday_(day),
          day_of_year(static_cast<int>((day - sys_days(date.year() / January / 1)).count()) + 1) {}
    const TimeZone* zone;
    ZonePeriod period;
    sys_days day;
    year_month_day date;
    hh_mm_ss<milliseconds> time;
    weekday weekday_;
    int day_of_year;
    int year() const { return static_cast<int>(date.year()); }
    int month() const { return static_cast<int>(static_cast<unsigned>(date.month())); }
    int day_of_month() const { return static_cast<int>(static_cast<unsigned>(date.day())); }
    int hour() const { return static_cast<int>(time.hours().count()); }
    /// Week of the week-based year, as the US count it: weeks begin on Sunday, the first holds
    /// January 1.
    std::pair<int, int> week() const {
        const sys_days saturday = day + days(6 - static_cast<int>(weekday_.c_encoding()));
        const int week_year = static_cast<int>(year_month_day(saturday).year());
        const sys_days first = sys_days(std::chrono::year(week_year) / January / 1);
        const sys_days first_sunday = first - days(static_cast<int>(weekday(first).c_encoding()));
        return {week_year, static_cast<int>((day - first_sunday).count() / 7) + 1};
    }
};

std::string padded(int value, std::size_t width) { return fmt::format("{:0{}}", value, width); }
std::string year_text(int value, std::size_t count) {
    return count == 2 ? padded(value % 100, 2) : padded(value, count);
}

/// "+05:30"; `has_colon` between the two, minutes left out when they are none and `is_short` is
/// set.
std::string offset_text(std::int64_t offset_s, bool has_colon, bool is_short) {
    const std::int64_t minutes = std::abs(offset_s) / 60;
    std::string text = fmt::format("{}{:02}", offset_s < 0 ? '-' : '+', minutes / 60);
    if (!is_short || minutes % 60)
        text += fmt::format("{}{:02}", has_colon ? ":" : "", minutes % 60);
    return text;
}

/// Letters of the zone and of its distance from UTC.
std::optional<std::string> zone_letter(const Calendar& c, char which, std::size_t count) {
    const std::int64_t offset = c.period.offset_s;
    const bool has_colon = count == 3 || count == 5;
    switch (which) {
        case 'V':
            return c.zone ? c.zone->name() : "UTC";
        case 'z':  // the system's zone files have no long names but for UTC
            return count >= 4 && !c.zone ? "Coordinated Universal Time" : c.period.abbreviation;
        case 'X':
            if (offset == 0) return "Z";
            [[fallthrough]];
        case 'x':
            return offset_text(offset, has_colon, count == 1);
        case 'Z':
            if (count == 4) return offset == 0 ? "GMT" : "GMT" + offset_text(offset, true, false);
            if (count == 5) return offset == 0 ? "Z" : offset_text(offset, true, false);
            return offset_text(offset, false, false);
        case 'O':
            if (offset == 0) return "GMT";
            return count == 4
                       ? "GMT" + offset_text(offset, true, false)
                       : fmt::format("GMT{:+}", offset / 3600) +
                             (offset % 3600 ? fmt::format(":{:02}", std::abs(offset) / 60 % 60)
                                            : "");
        default:
            return std::nullopt;
    }
}

/// Letters of the time of day; nothing when it is not a letter of the pattern language.
std::optional<std::string> time_letter(const Calendar& c, char which, std::size_t count) {
    const int hour12 = c.hour() % 12;
    switch (which) {
        case 'a':
            return c.hour() < 12 ? "AM" : "PM";
        case 'h':
            return padded(hour12 == 0 ? 12 : hour12, count);
        case 'K':
            return padded(hour12, count);
        case 'H':
            return padded(c.hour(), count);
        case 'k':
            return padded(c.hour() == 0 ? 24 : c.hour(), count);
        case 'm':
            return padded(static_cast<int>(c.time.minutes().count()), count);
        case 's':
            return padded(static_cast<int>(c.time.seconds().count()), count);
        case 'S':
            return (padded(static_cast<int>(c.time.subseconds().count()), 3) + std::string(9, '0'))
                .substr(0, count);
        case 'A':
            return fmt::format("{:0{}}", duration_cast<milliseconds>(c.time.to_duration()).count(),
                               count);
        case 'n':
            return fmt::format("{:0{}}", c.time.subseconds().count() * 1'000'000, count);
        default:
            return zone_letter(c, which, count);
    }
}

/// Nothing when the letter is not one of the pattern language.
std::optional<std::string> letter(const Calendar& c, char which, std::size_t count) {
    switch (which) {
        case 'y':
        case 'u':
            return year_text(c.year(), count);
        case 'Y':
            return year_text(c.week().first, count);
        case 'M':
        case 'L': {
            const std::string name(month_names[static_cast<std::size_t>(c.month() - 1)]);
            return count >= 5   ? name.substr(0, 1)
                   : count == 4 ? name
                   : count == 3 ? name.substr(0, 3)
                                : padded(c.month(), count);
        }
        case 'd':
            return padded(c.day_of_month(), count);
        case 'D':
            return padded(c.day_of_year, count);
        case 'Q':
        case 'q':
            return padded((c.month() + 2) / 3, count);
        case 'w':
            return padded(c.week().second, count);
        case 'e':
        case 'c':
            if (count < 3) return padded(static_cast<int>(c.weekday_.c_encoding()) + 1, count);
            [[fallthrough]];
        case 'E': {
            const std::string name(weekday_names[c.weekday_.iso_encoding() - 1]);
            return count == 4 ? name : count == 5 ? name.substr(0, 1) : name.substr(0, 3);
        }
        default:
            return time_letter(c, which, count);
    }
}

std::string random_string(std::uint64_t seed, std::size_t use) {
    std::mt19937_64 random(seed + use);
    const std::uint64_t value = random();
    return fmt::format("{:08x}-{:02x}", value >> 32, value & 0xff);
}

constexpr std::string_view from_query = "partitionKeyFromQuery",
                           from_lambda = "partitionKeyFromLambda";

Result<std::string> partition_key(std::string_view space, const std::string& key,
                                  const PrefixInput& input) {
    const auto* keys = space == from_query ? input.from_query : input.from_lambda;
    if (!keys)
        return fail(Errc::invalid_argument,
                    fmt::format("The expression !{{{}:{}}} can be used only when dynamic "
                                "partitioning is enabled, in Prefix",
                                space, key));
    const auto found = keys->find(key);
    if (found == keys->end() || found->second.empty())
        return fail(Errc::invalid_argument, fmt::format("The partition key {} has no value", key));
    return found->second;
}

Result<std::string> expression(const std::string& text, const PrefixInput& input, std::size_t use) {
    const auto has_colon = text.find(':');
    const std::string space = text.substr(0, has_colon);
    const std::string value = has_colon == std::string::npos ? "" : text.substr(has_colon + 1);
    if (space == "timestamp" && !value.empty())
        return format_java_time(value, input.instant, input.zone);
    if (space == "firehose" && value == "random-string") return random_string(input.seed, use);
    if (space == "firehose" && value == "error-output-type") {
        if (input.error_output_type) return *input.error_output_type;
        return fail(Errc::invalid_argument,
                    "Prefix cannot contain the expression !{firehose:error-output-type}");
    }
    if (space == from_query || space == from_lambda) return partition_key(space, value, input);
    return fail(Errc::invalid_argument, fmt::format("The expression !{{{}}} is not valid", text));
}

bool has_expression(const std::string& text) { return text.find("!{") != std::string::npos; }

}  // namespace

Result<std::string> format_java_time(const std::string& pattern, Timestamp instant,
                                     const TimeZone* zone) {
    const Calendar calendar(instant, zone);
    std::string out;
    for (std::string_view rest = pattern; !rest.empty();) {
        const PatternPart part = take_pattern_part(rest);
        if (part.is_cut)
            return fail(Errc::invalid_argument,
                        fmt::format("The pattern {} ends inside quotes", pattern));
        if (part.letter == '\0') {
            const char c = part.text[0];
            if (!part.is_quoted && (c == '{' || c == '}' || c == '#'))
                return fail(Errc::invalid_argument,
                            fmt::format("Pattern includes reserved character: '{}'", c));
            if (part.is_quoted || (c != '[' && c != ']')) out += part.text;
            continue;
        }
        const auto text = letter(calendar, part.letter, part.count);
        if (!text)
            return fail(Errc::invalid_argument,
                        fmt::format("Unknown pattern letter: {}", part.letter));
        out += *text;
    }
    return out;
}

Result<std::string> evaluate_prefix(const std::optional<std::string>& prefix,
                                    const PrefixInput& input) {
    const std::string text = prefix.value_or("");
    std::string out;
    std::size_t at = 0, use = 0;
    while (at < text.size()) {
        const auto open = text.find("!{", at);
        out += text.substr(at, open - at);
        if (open == std::string::npos) break;
        const auto close = text.find('}', open);
        if (close == std::string::npos)
            return fail(Errc::invalid_argument,
                        fmt::format("The prefix {} ends inside an expression", text));
        auto replaced = expression(text.substr(open + 2, close - open - 2), input, use++);
        if (!replaced) return replaced;
        out += *replaced;
        at = close + 1;
    }
    if (!has_expression(text)) {
        auto date = format_java_time("yyyy/MM/dd/HH/", input.instant, input.zone);
        out += *date;
    }
    if (out.size() > limits::prefix_bytes_max)
        return fail(Errc::invalid_argument,
                    fmt::format("The prefix is longer than {} bytes", limits::prefix_bytes_max));
    return out;
}

std::vector<std::string> keys_used(std::string_view prefix, std::string_view space) {
    std::vector<std::string> keys;
    const std::string begin = fmt::format("!{{{}:", space);
    for (std::size_t at = 0; (at = prefix.find(begin, at)) != std::string_view::npos;) {
        at += begin.size();
        const std::size_t end = std::min(prefix.size(), prefix.find('}', at));
        keys.emplace_back(prefix.substr(at, end - at));
        at = end;
    }
    return keys;
}

Result<> check_prefixes(const std::optional<std::string>& prefix,
                        const std::optional<std::string>& error_prefix, bool is_partitioned) {
    PrefixInput input;
    std::map<std::string, std::string> keys;
    if (is_partitioned) {
        for (const auto space : {from_query, from_lambda}) {
            for (std::string& key : keys_used(prefix.value_or(""), space))
                keys[std::move(key)] = "value";
        }
        input.from_query = input.from_lambda = &keys;
        if (keys.empty())
            return fail(Errc::invalid_argument,
                        "Prefix must contain at least one partitionKeyFromQuery or "
                        "partitionKeyFromLambda expression when Dynamic Partitioning is enabled.");
    }
    if (auto good = evaluate_prefix(prefix, input); !good) return pass(good);
    if (prefix && has_expression(*prefix) && (!error_prefix || error_prefix->empty())) {
        return fail(Errc::invalid_argument,
                    "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions");
    }
    if (!error_prefix) return {};
    if (has_expression(*error_prefix) &&
        error_prefix->find("!{firehose:error-output-type}") == std::string::npos) {
        return fail(Errc::invalid_argument,
                    "ErrorOutputPrefix must contain the expression !{firehose:error-output-type} "
                    "when it contains expressions");
    }
    PrefixInput failed;
    failed.error_output_type = "processing-failed";
    auto good = evaluate_prefix(error_prefix, failed);
    if (!good) return pass(good);
    return {};
}

}  // namespace freshet::delivery
