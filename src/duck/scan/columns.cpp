#include "duck/scan/columns.h"

#include <cstring>
#include <limits>

#include "duck/native/parse_value.h"

namespace freshet::duck {
namespace {

using sql::trino::Type;
using sql::trino::TypeKind;

struct Place {
    const CellTable& table;
    const CellRules& rules;
    duckdb::Vector& out;
    duckdb::idx_t row = 0;
    Misses& misses;
};

/// `parse` gives an optional T.
template <class T, class Parse>
void put_values(const Place& place, Parse parse) {
    T* values = duckdb::FlatVector::GetData<T>(place.out) + place.row;
    auto& validity = duckdb::FlatVector::Validity(place.out);
    const std::size_t column = place.rules.column;
    const bool is_empty_null = place.rules.is_exact;
    for (std::size_t i = 0; i < place.table.lines; ++i) {
        const std::string_view cell = place.table.at(i, column);
        if (cell.data() == nullptr || (cell.empty() && is_empty_null)) {
            validity.SetInvalid(place.row + i);
            continue;
        }
        if (const auto value = parse(cell)) {
            values[i] = T(*value);
            continue;
        }
        validity.SetInvalid(place.row + i);
        place.misses.add(i, column);
    }
}

template <class T>
void put_whole(const Place& place) {
    put_values<T>(place, [](std::string_view cell) -> std::optional<T> {
        const auto value =
            parse_whole(cell, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
        return value ? std::optional(static_cast<T>(*value)) : std::nullopt;
    });
}

std::optional<bool> boolean_of(std::string_view cell) {
    if (cell == "true") return true;
    if (cell == "false") return false;
    const std::string lower = sql::trino::lower_case(cell);
    return lower == "true"    ? std::optional(true)
           : lower == "false" ? std::optional(false)
                              : std::nullopt;
}

std::optional<float> real_of(std::string_view cell) {
    const auto value = parse_double(cell);
    return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}

void put_dates(const Place& place) { put_values<duckdb::date_t>(place, parse_date); }

void put_timestamps(const Place& place) {
    const int digits = place.rules.is_exact ? 6 : 3;
    put_values<duckdb::timestamp_t>(place, [digits](std::string_view cell) {
        return parse_timestamp(cell, ' ', nullptr).transform([digits](std::int64_t micros) {
            return round_micros(micros, digits);
        });
    });
}

void put_days(const Place& place) {
    put_values<duckdb::date_t>(place, [](std::string_view cell) {
        return parse_whole(cell, INT32_MIN, INT32_MAX).transform([](std::int64_t days) {
            return static_cast<std::int32_t>(days);
        });
    });
}

void put_millis(const Place& place) {
    put_values<duckdb::timestamp_t>(place, [](std::string_view cell) {
        return parse_whole(cell, INT64_MIN / 1000, INT64_MAX / 1000)
            .transform([](std::int64_t millis) { return millis * 1000; });
    });
}

/// The long ones lie side by side in one piece of the vector's memory.
void put_texts(const Place& place, bool is_checked) {
    auto* values = duckdb::FlatVector::GetData<duckdb::string_t>(place.out) + place.row;
    auto& validity = duckdb::FlatVector::Validity(place.out);
    const std::size_t column = place.rules.column;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < place.table.lines; ++i) {
        const std::size_t size = place.table.at(i, column).size();
        if (size > duckdb::string_t::INLINE_LENGTH) bytes += size;
    }
    char* free = bytes == 0
                     ? nullptr
                     : duckdb::StringVector::EmptyString(place.out, bytes).GetDataWriteable();
    for (std::size_t i = 0; i < place.table.lines; ++i) {
        const std::string_view cell = place.table.at(i, column);
        if (cell.data() == nullptr) {
            validity.SetInvalid(place.row + i);
            continue;
        }
        if (!is_checked && !duckdb::Value::StringIsValid(cell.data(), cell.size())) {
            validity.SetInvalid(place.row + i);
            if (!place.rules.is_bad_text_null) place.misses.add(i, column);
            continue;
        }
        if (cell.size() <= duckdb::string_t::INLINE_LENGTH) {
            values[i] = duckdb::string_t(cell.data(), static_cast<std::uint32_t>(cell.size()));
            continue;
        }
        std::memcpy(free, cell.data(), cell.size());
        values[i] = duckdb::string_t(free, static_cast<std::uint32_t>(cell.size()));
        free += cell.size();
    }
}

/// A cell at a time: types that need no loop of their own.
void put_others(const Place& place) {
    const CellRules& rules = place.rules;
    const Type& type = *rules.type;
    for (std::size_t i = 0; i < place.table.lines; ++i) {
        const std::string_view cell = place.table.at(i, rules.column);
        const duckdb::idx_t row = place.row + i;
        if (cell.data() == nullptr) {
            duckdb::FlatVector::SetNull(place.out, row, true);
            continue;
        }
        bool is_good = true;
        if (!type.arguments.empty() && rules.delimiters != nullptr) {
            place.out.SetValue(row, lazy_value(cell, type, *rules.delimiters, 1, is_good));
        } else if (rules.is_exact) {
            is_good = put_exact_text(place.out, row, type, cell, rules.form);
        } else {
            is_good = put_text(place.out, row, type, cell);
        }
        if (!is_good) place.misses.add(i, rules.column);
    }
}

}  // namespace

void put_column(const CellTable& table, const CellRules& rules, bool is_utf8, duckdb::Vector& out,
                duckdb::idx_t row, Misses& misses) {
    const Place place{table, rules, out, row, misses};
    const bool is_plain = rules.form == sql::plan::TextForm::plain;
    switch (rules.type->kind) {
        case TypeKind::boolean:
            return put_values<bool>(place, boolean_of);
        case TypeKind::tinyint:
            return put_whole<std::int8_t>(place);
        case TypeKind::smallint:
            return put_whole<std::int16_t>(place);
        case TypeKind::integer:
            return put_whole<std::int32_t>(place);
        case TypeKind::bigint:
            return put_whole<std::int64_t>(place);
        case TypeKind::double_:
            return put_values<double>(place, parse_double);
        case TypeKind::real:
            return put_values<float>(place, real_of);
        case TypeKind::date:
            if (!is_plain) break;
            return rules.has_numeric_times ? put_days(place) : put_dates(place);
        case TypeKind::timestamp:
            if (!is_plain) break;
            return rules.has_numeric_times ? put_millis(place) : put_timestamps(place);
        case TypeKind::varchar:
            return put_texts(place, is_utf8);
        case TypeKind::varbinary:
            return put_texts(place, true);
        case TypeKind::unknown:
        case TypeKind::decimal:
        case TypeKind::char_:
        case TypeKind::time:
        case TypeKind::timestamp_tz:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
        case TypeKind::function:
            break;
    }
    put_others(place);
}

}  // namespace freshet::duck
