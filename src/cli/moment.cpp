#include "cli/moment.h"

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
    const auto [behind, problem] = std::from_chars(begin, end, count);
    if (problem == std::errc() && behind + 1 == end) {
        const auto units = static_cast<std::int64_t>(count);
        switch (*behind) {
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

}  // namespace freshet::cli
