#include "duck/scan/cell.h"

#include <limits>

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

duckdb::Value lazy_value(std::string_view text, const Type& type, const Delimiters& delimiters,
                         std::size_t level) {
    const auto logical = logical_type(type);
    if (text == delimiters.null_text || level >= delimiters.levels.size())
        return duckdb::Value(logical);
    const char delimiter = delimiters.levels[level];
    if (type.is(TypeKind::array)) {
        duckdb::vector<duckdb::Value> items;
        for (const auto part :
             text.empty() ? std::vector<std::string_view>() : split(text, delimiter))
            items.push_back(lazy_value(part, type.arguments[0], delimiters, level + 1));
        return duckdb::Value::LIST(logical_type(type.arguments[0]), std::move(items));
    }
    if (type.is(TypeKind::row)) {
        const auto parts = split(text, delimiter);
        duckdb::child_list_t<duckdb::Value> fields;
        for (std::size_t i = 0; i < type.arguments.size(); ++i) {
            fields.emplace_back("f" + std::to_string(i),
                                i < parts.size()
                                    ? lazy_value(parts[i], type.arguments[i], delimiters, level + 1)
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
                lazy_value(part.substr(0, at), type.arguments[0], delimiters, level + 2);
            if (key.IsNull() || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
            keys.push_back(key);
            values.push_back(
                at == std::string_view::npos
                    ? duckdb::Value(logical_type(type.arguments[1]))
                    : lazy_value(part.substr(at + 1), type.arguments[1], delimiters, level + 2));
        }
        return duckdb::Value::MAP(logical_type(type.arguments[0]), logical_type(type.arguments[1]),
                                  std::move(keys), std::move(values));
    }
    duckdb::Vector one(logical, 1);
    put_text(one, 0, type, text);
    return one.GetValue(0);
}

}  // namespace freshet::duck
