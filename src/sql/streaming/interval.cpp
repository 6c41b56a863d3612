#include "sql/streaming/interval.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace freshet::sql::streaming {
namespace {

constexpr std::array<std::string_view, 6> units{"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
constexpr std::array<std::int64_t, 6> unit_ms{0, 0, 86'400'000, 3'600'000, 60'000, 1000};
/// What follows each unit in a text of several.
constexpr std::array<char, 6> separators{'-', ' ', ' ', ':', ':', ' '};

std::size_t index_of(std::string_view unit) {
    return static_cast<std::size_t>(std::ranges::find(units, unit) - units.begin());
}

/// Digits at the front of `text`, which loses them.
std::optional<std::int64_t> take_number(std::string_view& text) {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || value < 0 || value > 1'000'000'000'000 || text.starts_with('-'))
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

}  // namespace

bool is_interval_unit(std::string_view word) { return index_of(word) < units.size(); }

bool is_smaller_unit(std::string_view than, std::string_view word) {
    const std::size_t first = index_of(than), last = index_of(word);
    return last < units.size() && first < last && (first < 2) == (last < 2);
}

std::optional<IntervalValue> parse_interval(std::string_view text, std::string_view from,
                                            std::string_view to) {
    const std::size_t first = index_of(from), last = to.empty() ? first : index_of(to);
    if (first >= units.size() || last >= units.size() || last < first || (first < 2) != (last < 2))
        return std::nullopt;
    const bool is_negative = text.starts_with('-');
    if (is_negative || text.starts_with('+')) text.remove_prefix(1);
    IntervalValue value;
    for (std::size_t i = first; i <= last; ++i) {
        const auto number = take_number(text);
        if (!number) return std::nullopt;
        if (i < 2)
            value.months += static_cast<int>(*number) * (i == 0 ? 12 : 1);
        else
            value.ms += *number * unit_ms[i];
        if (i == 5 && text.starts_with('.')) {
            text.remove_prefix(1);
            for (int unit = 100; !text.empty() && text[0] >= '0' && text[0] <= '9'; unit /= 10) {
                value.ms += (text[0] - '0') * unit;
                text.remove_prefix(1);
            }
        }
        if (i == last) break;
        if (!text.starts_with(separators[i])) return std::nullopt;
        text.remove_prefix(1);
    }
    if (!text.empty()) return std::nullopt;
    if (is_negative) {
        value.ms = -value.ms;
        value.months = -value.months;
    }
    return value;
}

}  // namespace freshet::sql::streaming
