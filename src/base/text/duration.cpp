#include "base/text/duration.h"

#include <fmt/format.h>

#include <charconv>

namespace freshet {

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

std::string duration_text(Millis duration) {
    const std::int64_t count = duration.count();
    if (count == 0) return "0";
    for (const auto& [unit, size] : {std::pair{'d', 86'400'000}, std::pair{'h', 3'600'000},
                                     std::pair{'m', 60'000}, std::pair{'s', 1000}}) {
        if (count % size == 0) return fmt::format("{}{}", count / size, unit);
    }
    return fmt::format("{} ms", count);
}

}  // namespace freshet
