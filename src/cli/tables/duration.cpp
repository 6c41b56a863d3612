#include "cli/tables/duration.h"

#include <charconv>

namespace freshet::cli {

std::optional<Millis> parse_duration(std::string_view text) {
    constexpr std::int64_t number_max = 1'000'000;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || number < 0 || number > number_max)
        return std::nullopt;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit.empty() && number == 0) return Millis(0);
    if (unit == "s") return Millis(number * 1000);
    if (unit == "m") return Millis(number * 60'000);
    if (unit == "h") return Millis(number * 3'600'000);
    if (unit == "d") return Millis(number * 86'400'000);
    return std::nullopt;
}

}  // namespace freshet::cli
