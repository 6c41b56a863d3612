#include "cli/streams/moment.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>

namespace freshet::cli {

std::optional<Moment> parse_moment(std::string_view text, Timestamp now) {
    if (text == "trim-horizon" || text == "start") return Moment{Moment::Kind::trim_horizon, {}};
    if (text == "latest") return Moment{Moment::Kind::latest, {}};
    if (text == "now") return Moment{Moment::Kind::time, now};
    std::uint32_t count = 0;
    const char* const begin = std::to_address(text.begin());
    const char* const end = std::to_address(text.end());
    const auto [unit, problem] = std::from_chars(begin, end, count);
    if (problem == std::errc() && unit + 1 == end) {
        const auto units = static_cast<std::int64_t>(count);
        switch (*unit) {
            case 's':
                return Moment{Moment::Kind::time, now - std::chrono::seconds(units)};
            case 'm':
                return Moment{Moment::Kind::time, now - std::chrono::minutes(units)};
            case 'h':
                return Moment{Moment::Kind::time, now - std::chrono::hours(units)};
            case 'd':
                return Moment{Moment::Kind::time, now - std::chrono::hours(24 * units)};
            default:
                return std::nullopt;
        }
    }
    const auto time = parse_iso8601(text);
    if (!time) return std::nullopt;
    return Moment{Moment::Kind::time, *time};
}

bool TimeRange::is_behind(Timestamp arrival) const {
    return until && until->kind == Moment::Kind::time && arrival >= until->time;
}

bool TimeRange::is_over(Timestamp now) const {
    return until && (until->kind == Moment::Kind::latest || now >= until->time);
}

Result<TimeRange> parse_range(const std::string& from, std::string_view until_option,
                              const std::string& until, Timestamp now) {
    const auto begin = parse_moment(from, now);
    if (!begin) return fail(Errc::invalid, fmt::format("--from {} is not {}", from, moment_forms));
    TimeRange range{*begin, std::nullopt};
    if (until.empty()) return range;
    range.until = parse_moment(until, now);
    if (!range.until || range.until->kind == Moment::Kind::trim_horizon)
        return fail(Errc::invalid,
                    fmt::format("{} {} is not {}", until_option, until, moment_forms));
    if (begin->kind == Moment::Kind::time && range.until->kind == Moment::Kind::time &&
        range.until->time < begin->time)
        return fail(Errc::invalid,
                    fmt::format("{} {} is before --from {}", until_option, until, from));
    return range;
}

}  // namespace freshet::cli
