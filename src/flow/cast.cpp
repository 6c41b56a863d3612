// CAST, and what INSERT INTO does to bring a value to its column's type (SQL reference, CAST).
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/calendar.h"
#include "base/text/utf8.h"
#include "flow/evaluate.h"
#include "record/cell.h"
#include "record/text.h"

namespace freshet::flow {

using record::Kind;
using record::Storage;
using record::Vector;
using sql::streaming::Typed;

namespace {

/// A number as an exact one of `type`; reals and decimals are rounded half away from zero.
std::optional<std::int64_t> exact_of(const Vector& from, std::uint32_t row,
                                     const record::Type& type) {
    const int to_scale = type.kind == Kind::decimal ? type.scale : 0;
    __int128 value = 0;
    if (record::storage_of(from.type.kind) == Storage::reals) {
        const double scaled =
            std::round(from.reals[row] * static_cast<double>(record::power_of_ten(to_scale)));
        if (!(std::abs(scaled) < 9.2e18)) return std::nullopt;
        value = static_cast<std::int64_t>(scaled);
    } else {
        value = from.integers[row];
        const int from_scale = from.type.kind == Kind::decimal ? from.type.scale : 0;
        for (int i = from_scale; i < to_scale; ++i) value *= 10;
        if (from_scale > to_scale) {
            const __int128 unit = record::power_of_ten(from_scale - to_scale), half = unit / 2;
            value = (value + (value < 0 ? -half : half)) / unit;
        }
    }
    if (type.kind == Kind::decimal) {
        const __int128 limit = record::power_of_ten(type.size);
        if (value >= limit || value <= -limit) return std::nullopt;
    }
    if (value > INT64_MAX || value < INT64_MIN ||
        !record::fits(type.kind, static_cast<std::int64_t>(value)))
        return std::nullopt;
    return static_cast<std::int64_t>(value);
}

std::optional<std::int64_t> time_of(const Vector& from, std::uint32_t row, Kind to) {
    const std::int64_t ms = from.integers[row];
    const std::int64_t midnight = floor_div(ms, day_ms) * day_ms;
    if (to == Kind::date) return midnight;
    if (to == Kind::time) return ms - midnight;
    return ms;
}

class Cast {
  public:
    Cast(const Typed& expr, const Vector& from, Vector& to)
        : type_(expr.type), from_(from), to_(to) {
        to_.owners.push_back(arena_.owner());
    }

    /// False when the value does not fit.
    bool try_row(std::uint32_t row) {
        to_.nulls[row] = from_.nulls[row];
        if (from_.nulls[row]) return true;
        bool fits = false;
        if (record::is_text(type_.kind))
            fits = try_to_text(row);
        else if (record::is_text(from_.type.kind))
            fits = try_from_text(row);
        else
            fits = try_between_values(row);
        if (!fits) to_.nulls[row] = 1;
        return fits;
    }

  private:
    /// A text too long for its column is not cut here: that would lose what the query computed.
    bool try_to_text(std::uint32_t row) {
        std::string_view text;
        if (record::is_text(from_.type.kind)) {
            text = from_.texts[row];
            if (type_.kind == Kind::varchar && from_.type.kind == Kind::character)
                text = text.substr(0, text.find_last_not_of(' ') + 1);
        } else {
            text = arena_.copy(record::to_text(from_, row));
        }
        if (text.size() > static_cast<std::size_t>(type_.size) &&
            utf8_length(text) > static_cast<std::size_t>(type_.size))
            return false;
        to_.texts[row] =
            type_.kind == Kind::character ? record::sized_text(type_, text, arena_) : text;
        return true;
    }

    bool try_from_text(std::uint32_t row) {
        const std::string_view text = record::trimmed(from_.texts[row]);
        Vector cell(type_);
        if (text.empty() || !record::push_cell(cell, text, arena_) || cell.nulls[0]) {
            // '12.6' to INTEGER rounds, as a number would.
            const auto real =
                record::is_integer(type_.kind) ? record::parse_real(text) : std::nullopt;
            if (!real) return false;
            cell = Vector(type_);
            Vector number({Kind::dbl, 0, 0});
            number.push(*real);
            const auto value = exact_of(number, 0, type_);
            if (!value) return false;
            cell.push(*value);
        }
        if (record::storage_of(type_.kind) == Storage::reals)
            to_.reals[row] = cell.reals[0];
        else
            to_.integers[row] = cell.integers[0];
        return true;
    }

    bool try_between_values(std::uint32_t row) {
        if (record::storage_of(type_.kind) == Storage::reals) {
            double value = 0;
            if (record::storage_of(from_.type.kind) == Storage::reals)
                value = from_.reals[row];
            else
                value = static_cast<double>(from_.integers[row]) /
                        static_cast<double>(record::power_of_ten(
                            from_.type.kind == Kind::decimal ? from_.type.scale : 0));
            to_.reals[row] =
                type_.kind == Kind::real ? static_cast<double>(static_cast<float>(value)) : value;
            return std::isfinite(to_.reals[row]);
        }
        const bool is_number = record::is_numeric(type_.kind);
        const auto value =
            is_number ? exact_of(from_, row, type_) : time_of(from_, row, type_.kind);
        if (!value) return false;
        to_.integers[row] = *value;
        return true;
    }

    const record::Type& type_;
    const Vector& from_;
    Vector& to_;
    record::Arena arena_;
};

}  // namespace

VectorPtr evaluate_cast(const Typed& expr, const VectorPtr& from, const Evaluation& evaluation,
                        const Selection& selection) {
    auto result = new_vector(expr.type, from->size());
    if (record::is_text(expr.type.kind)) result->keep(from->owners);
    Cast cast(expr, *from, *result);
    for (const std::uint32_t row : selection) {
        if (cast.try_row(row)) continue;
        evaluation.troubles.add(
            row, fmt::format("'{}' does not fit {}", utf8_prefix(record::to_text(*from, row), 64),
                             to_string(expr.type)));
    }
    return result;
}

}  // namespace freshet::flow
