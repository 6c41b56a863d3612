// STEP, FLOOR, CEIL and EXTRACT of times, and times from and to texts and numbers.
#include <fmt/format.h>

#include "base/calendar.h"
#include "base/text/utf8.h"
#include "flow/evaluate.h"
#include "flow/java_time.h"

namespace freshet::flow {

using record::Kind;
using record::Vector;
using sql::streaming::Function;
using sql::streaming::IntervalValue;
using sql::streaming::Typed;

namespace {

IntervalValue unit_width(const std::string& unit) {
    if (unit == "MILLISECOND") return {1, 0};
    if (unit == "SECOND") return {1000, 0};
    if (unit == "MINUTE") return {60'000, 0};
    if (unit == "HOUR") return {3'600'000, 0};
    if (unit == "DAY") return {day_ms, 0};
    if (unit == "MONTH") return {0, 1};
    if (unit == "QUARTER") return {0, 3};
    return {0, 12};
}

/// Weeks begin on Sunday; 1970-01-04 was one.
std::int64_t week_start(std::int64_t ms) {
    constexpr std::int64_t week_ms = 7 * day_ms, sunday = 3 * day_ms;
    return floor_div(ms - sunday, week_ms) * week_ms + sunday;
}

std::int64_t floor_to(std::int64_t ms, const std::string& unit) {
    return unit == "WEEK" ? week_start(ms) : step_start(ms, unit_width(unit));
}

std::int64_t ceil_to(std::int64_t ms, const std::string& unit) {
    const std::int64_t start = floor_to(ms, unit);
    if (start == ms) return ms;
    return unit == "WEEK" ? start + 7 * day_ms : step_end(ms, unit_width(unit));
}

std::int64_t extract(std::int64_t ms, const std::string& unit, Kind kind) {
    if (kind == Kind::interval) {
        if (unit == "DAY") return ms / day_ms;
        if (unit == "HOUR") return ms / 3'600'000 % 24;
        if (unit == "MINUTE") return ms / 60'000 % 60;
        return unit == "SECOND" ? ms / 1000 % 60 : ms % 1000;
    }
    const std::int64_t day = floor_div(ms, day_ms);
    const std::int64_t of_day = ms - day * day_ms;
    if (unit == "HOUR") return of_day / 3'600'000;
    if (unit == "MINUTE") return of_day / 60'000 % 60;
    if (unit == "SECOND") return of_day / 1000 % 60;
    if (unit == "MILLISECOND") return of_day % 1000;
    const Civil civil = civil_of(day);
    if (unit == "YEAR") return civil.year;
    if (unit == "MONTH") return civil.month;
    if (unit == "QUARTER") return (civil.month - 1) / 3 + 1;
    if (unit == "WEEK") return (day - day_of({civil.year, 1, 1})) / 7 + 1;
    return civil.day;
}

std::optional<std::int64_t> read_time(Function function, std::string_view pattern,
                                      std::string_view text) {
    const auto ms = parse_time(pattern, text);
    if (!ms) return ms;
    const std::int64_t midnight = floor_div(*ms, day_ms) * day_ms;
    return function == Function::char_to_date   ? midnight
           : function == Function::char_to_time ? *ms - midnight
                                                : *ms;
}

/// A row of a function that gives a number or a time.
std::optional<std::int64_t> number_of(const Typed& expr, const Args& args, std::uint32_t row) {
    switch (expr.function) {
        case Function::step_time:
            return step_start(args[0]->integers[row], expr.interval);
        case Function::floor_time:
            return floor_to(args[0]->integers[row], expr.unit);
        case Function::ceil_time:
            return ceil_to(args[0]->integers[row], expr.unit);
        case Function::extract:
            return extract(args[0]->integers[row], expr.unit, args[0]->type.kind);
        case Function::to_timestamp:
        case Function::unix_timestamp:
            return args[0]->integers[row];
        case Function::tsdiff:
            return args[1]->integers[row] - args[0]->integers[row];
        case Function::char_to_timestamp:
        case Function::char_to_date:
        case Function::char_to_time:
            return read_time(expr.function, args[0]->texts[row], args[1]->texts[row]);
        case Function::abs:
        case Function::ceil:
        case Function::exp:
        case Function::floor:
        case Function::ln:
        case Function::log10:
        case Function::mod:
        case Function::power:
        case Function::sqrt:
        case Function::step_number:
        case Function::char_length:
        case Function::initcap:
        case Function::lower:
        case Function::upper:
        case Function::trim:
        case Function::position:
        case Function::overlay:
        case Function::substring:
        case Function::substring_from:
        case Function::regex_replace:
        case Function::coalesce:
        case Function::null_if:
        case Function::time_to_char:
            break;
    }
    return std::nullopt;
}

}  // namespace

VectorPtr evaluate_time(const Typed& expr, const Args& args, const Evaluation& evaluation,
                        const Selection& selection) {
    auto result = new_vector(expr.type, args[0]->size());
    record::Arena arena;
    const bool is_text = expr.function == Function::time_to_char;
    if (is_text) result->owners.push_back(arena.owner());
    for (const std::uint32_t row : selection) {
        if (args[0]->nulls[row] || (args.size() > 1 && args[1]->nulls[row])) continue;
        if (is_text) {
            const auto text = format_time(args[0]->texts[row], args[1]->integers[row]);
            if (!text) {
                evaluation.troubles.add(
                    row, fmt::format("'{}' is not a pattern of a time", args[0]->texts[row]));
                continue;
            }
            result->nulls[row] = 0;
            result->texts[row] = arena.copy(*text);
            continue;
        }
        const auto value = number_of(expr, args, row);
        if (!value) {
            evaluation.troubles.add(
                row, fmt::format("'{}' is not a time of the form '{}'",
                                 utf8_prefix(args[1]->texts[row], 64), args[0]->texts[row]));
            continue;
        }
        result->nulls[row] = 0;
        result->integers[row] = *value;
    }
    return result;
}

}  // namespace freshet::flow
