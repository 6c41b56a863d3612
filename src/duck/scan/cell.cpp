#include "duck/scan/cell.h"

#include <limits>

#include "base/calendar.h"
#include "duck/native/parse_value.h"

namespace freshet::duck {
namespace {

using sql::trino::Type;
using sql::trino::TypeKind;

template <class T>
bool put(duckdb::Vector& out, duckdb::idx_t row, const std::optional<T>& value) {
    if (!value) {
        duckdb::FlatVector::SetNull(out, row, true);
        return false;
    }
    duckdb::FlatVector::GetData<T>(out)[row] = *value;
    return true;
}

template <class T>
bool put_whole(duckdb::Vector& out, duckdb::idx_t row, std::string_view text) {
    const auto value =
        parse_whole(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    return put(out, row, value ? std::optional(static_cast<T>(*value)) : std::nullopt);
}

std::vector<std::string_view> split(std::string_view text, char delimiter) {
    std::vector<std::string_view> parts;
    while (true) {
        const auto found = text.find(delimiter);
        parts.push_back(text.substr(0, found));
        if (found == std::string_view::npos) return parts;
        text.remove_prefix(found + 1);
    }
}

bool put_general(duckdb::Vector& out, duckdb::idx_t row, const Type& type, std::string_view text) {
    duckdb::Value value(std::string{text}), made;
    duckdb::string problem;
    const bool is_number = type.is(TypeKind::decimal) && parse_double(text).has_value();
    if (!is_number || !value.DefaultTryCastAs(logical_type(type), made, &problem)) {
        duckdb::FlatVector::SetNull(out, row, true);
        return false;
    }
    out.SetValue(row, made);
    return true;
}

}  // namespace

duckdb::LogicalType logical_type(const Type& type) {
    using duckdb::LogicalType;
    switch (type.kind) {
        case TypeKind::boolean:
            return LogicalType::BOOLEAN;
        case TypeKind::tinyint:
            return LogicalType::TINYINT;
        case TypeKind::smallint:
            return LogicalType::SMALLINT;
        case TypeKind::integer:
        case TypeKind::unknown:
            return LogicalType::INTEGER;
        case TypeKind::bigint:
        case TypeKind::timestamp_tz:
        case TypeKind::interval_months:
        case TypeKind::interval_millis:
            return LogicalType::BIGINT;
        case TypeKind::real:
            return LogicalType::FLOAT;
        case TypeKind::double_:
            return LogicalType::DOUBLE;
        case TypeKind::decimal:
            return LogicalType::DECIMAL(static_cast<std::uint8_t>(type.precision),
                                        static_cast<std::uint8_t>(type.scale));
        case TypeKind::varbinary:
            return LogicalType::BLOB;
        case TypeKind::date:
            return LogicalType::DATE;
        case TypeKind::time:
            return LogicalType::TIME;
        case TypeKind::timestamp:
            return LogicalType::TIMESTAMP;
        case TypeKind::array:
            return LogicalType::LIST(logical_type(type.arguments[0]));
        case TypeKind::map:
            return LogicalType::MAP(logical_type(type.arguments[0]),
                                    logical_type(type.arguments[1]));
        case TypeKind::row: {
            duckdb::child_list_t<LogicalType> fields;
            for (std::size_t i = 0; i < type.arguments.size(); ++i)
                fields.emplace_back("f" + std::to_string(i), logical_type(type.arguments[i]));
            return LogicalType::STRUCT(std::move(fields));
        }
        case TypeKind::varchar:
        case TypeKind::char_:
        case TypeKind::json:
        case TypeKind::uuid:
        case TypeKind::function:
            break;
    }
    return LogicalType::VARCHAR;
}

bool put_text(duckdb::Vector& out, duckdb::idx_t row, const Type& type, std::string_view text) {
    switch (type.kind) {
        case TypeKind::boolean: {
            std::string lower = sql::trino::lower_case(text);
            return put(out, row,
                       lower == "true"    ? std::optional(true)
                       : lower == "false" ? std::optional(false)
                                          : std::nullopt);
        }
        case TypeKind::tinyint:
            return put_whole<std::int8_t>(out, row, text);
        case TypeKind::smallint:
            return put_whole<std::int16_t>(out, row, text);
        case TypeKind::integer:
            return put_whole<std::int32_t>(out, row, text);
        case TypeKind::bigint:
            return put_whole<std::int64_t>(out, row, text);
        case TypeKind::double_:
            return put(out, row, parse_double(text));
        case TypeKind::real: {
            const auto value = parse_double(text);
            return put(out, row, value ? std::optional(static_cast<float>(*value)) : std::nullopt);
        }
        case TypeKind::date: {
            const auto days = parse_date(text);
            return put(out, row, days ? std::optional(duckdb::date_t(*days)) : std::nullopt);
        }
        case TypeKind::timestamp: {
            const auto micros = parse_timestamp(text, ' ', nullptr);
            return put(out, row,
                       micros ? std::optional(duckdb::timestamp_t(round_micros(*micros, 3)))
                              : std::nullopt);
        }
        case TypeKind::varchar:
            // The engine holds UTF-8 only.
            if (duckdb::Value::StringIsValid(text.data(), text.size())) {
                duckdb::FlatVector::GetData<duckdb::string_t>(out)[row] =
                    duckdb::StringVector::AddString(out, text.data(), text.size());
                return true;
            }
            duckdb::FlatVector::SetNull(out, row, true);
            return false;
        case TypeKind::varbinary:
            duckdb::FlatVector::GetData<duckdb::string_t>(out)[row] =
                duckdb::StringVector::AddStringOrBlob(out, text.data(), text.size());
            return true;
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
    return put_general(out, row, type, text);
}

namespace {

/// "2026-01-31", "2026-01-31T23:59:59.5Z"; microseconds.
std::optional<std::int64_t> iso_micros(std::string_view text) {
    if (text.ends_with('Z')) text.remove_suffix(1);
    const auto blank = parse_timestamp(text, ' ', nullptr);
    return blank ? blank : parse_timestamp(text, 'T', nullptr);
}

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// "01/31/2026", "01/31/2026 11:59:59 PM"; microseconds.
std::optional<std::int64_t> us_micros(std::string_view text) {
    constexpr std::size_t date_size = 10, whole_size = 22;
    if (text.size() != date_size && text.size() != whole_size) return std::nullopt;
    const auto month = digits(text, 0, 2), day = digits(text, 3, 2), year = digits(text, 6, 4);
    if (!month || !day || !year || text[2] != '/' || text[5] != '/') return std::nullopt;
    const Civil date{*year, *month, *day};
    if (!is_valid(date)) return std::nullopt;
    const std::int64_t micros = day_of(date) * 86'400'000'000;
    if (text.size() == date_size) return micros;
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2),
               second = digits(text, 17, 2);
    const std::string_view half = text.substr(19);
    if (!hour || !minute || !second || text[10] != ' ' || text[13] != ':' || text[16] != ':' ||
        *hour < 1 || *hour > 12 || *minute > 59 || *second > 59 || (half != " AM" && half != " PM"))
        return std::nullopt;
    const std::int64_t hours = *hour % 12 + (half == " PM" ? 12 : 0);
    return micros + ((hours * 60 + *minute) * 60 + *second) * 1'000'000;
}

constexpr std::int64_t day_micros = 86'400'000'000;

}  // namespace

std::optional<std::int64_t> micros_of(std::string_view text, sql::plan::TextForm form) {
    switch (form) {
        case sql::plan::TextForm::plain:
            return parse_timestamp(text, ' ', nullptr);
        case sql::plan::TextForm::iso:
            return iso_micros(text);
        case sql::plan::TextForm::us:
            break;
    }
    return us_micros(text);
}

bool put_exact_text(duckdb::Vector& out, duckdb::idx_t row, const Type& type, std::string_view text,
                    sql::plan::TextForm form) {
    const bool is_text = type.is(TypeKind::varchar) || type.is(TypeKind::varbinary);
    if (text.empty() && !is_text) {
        duckdb::FlatVector::SetNull(out, row, true);
        return true;
    }
    if (type.is(TypeKind::timestamp)) {
        const auto micros = micros_of(text, form);
        return put(out, row, micros ? std::optional(duckdb::timestamp_t(*micros)) : std::nullopt);
    }
    if (type.is(TypeKind::date) && form != sql::plan::TextForm::plain) {
        const auto micros = micros_of(text, form);
        const bool is_day = micros && *micros % day_micros == 0;
        return put(
            out, row,
            is_day ? std::optional(duckdb::date_t(static_cast<std::int32_t>(*micros / day_micros)))
                   : std::nullopt);
    }
    return put_text(out, row, type, text);
}

duckdb::Value lazy_value(std::string_view text, const Type& type, const Delimiters& delimiters,
                         std::size_t level, bool& is_exact) {
    const auto logical = logical_type(type);
    if (text == delimiters.null_text || level >= delimiters.levels.size())
        return duckdb::Value(logical);
    const char delimiter = delimiters.levels[level];
    if (type.is(TypeKind::array)) {
        duckdb::vector<duckdb::Value> items;
        for (const auto part :
             text.empty() ? std::vector<std::string_view>() : split(text, delimiter))
            items.push_back(lazy_value(part, type.arguments[0], delimiters, level + 1, is_exact));
        return duckdb::Value::LIST(logical_type(type.arguments[0]), std::move(items));
    }
    if (type.is(TypeKind::row)) {
        const auto parts = split(text, delimiter);
        duckdb::child_list_t<duckdb::Value> fields;
        for (std::size_t i = 0; i < type.arguments.size(); ++i) {
            fields.emplace_back("f" + std::to_string(i),
                                i < parts.size() ? lazy_value(parts[i], type.arguments[i],
                                                              delimiters, level + 1, is_exact)
                                                 : duckdb::Value(logical_type(type.arguments[i])));
        }
        return duckdb::Value::STRUCT(std::move(fields));
    }
    if (type.is(TypeKind::map)) {
        duckdb::vector<duckdb::Value> keys, values;
        const char between =
            level + 1 < delimiters.levels.size() ? delimiters.levels[level + 1] : ':';
        for (const auto part :
             text.empty() ? std::vector<std::string_view>() : split(text, delimiter)) {
            const auto at = part.find(between);
            const auto key =
                lazy_value(part.substr(0, at), type.arguments[0], delimiters, level + 2, is_exact);
            if (key.IsNull() || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
            keys.push_back(key);
            values.push_back(at == std::string_view::npos
                                 ? duckdb::Value(logical_type(type.arguments[1]))
                                 : lazy_value(part.substr(at + 1), type.arguments[1], delimiters,
                                              level + 2, is_exact));
        }
        return duckdb::Value::MAP(logical_type(type.arguments[0]), logical_type(type.arguments[1]),
                                  std::move(keys), std::move(values));
    }
    duckdb::Vector one(logical, 1);
    const bool is_absent = text.empty() && !type.is(TypeKind::varchar);
    if (!put_text(one, 0, type, text) && !is_absent) is_exact = false;
    return one.GetValue(0);
}

}  // namespace freshet::duck
