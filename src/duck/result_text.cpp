#include "duck/result_text.h"

#include <cstdio>

#include "base/calendar.h"
#include "duck/native/number_text.h"
#include "duck/native/parse_value.h"
#include "duck/native/zones.h"

namespace freshet::duck {
namespace {

using sql::trino::Type;
using sql::trino::TypeKind;

std::string padded(std::int64_t value, int width) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*lld", width, static_cast<long long>(value));
    return text;
}

std::string time_of(std::int64_t micros, int digits) {
    std::string text = padded(micros / 3'600'000'000, 2) + ":" +
                       padded(micros / 60'000'000 % 60, 2) + ":" +
                       padded(micros / 1'000'000 % 60, 2);
    return text + "." + padded(micros % 1'000'000, 6).substr(0, static_cast<std::size_t>(digits));
}

std::string date_of(std::int64_t days) {
    const Civil date = civil_of(days);
    return (date.year > 9999 ? "+" : "") + padded(date.year, date.year < 0 ? 5 : 4) + "-" +
           padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string stamp_of(std::int64_t micros) {
    const std::int64_t days = floor_div(micros, 86'400'000'000);
    return date_of(days) + " " + time_of(micros - days * 86'400'000'000, 3);
}

std::string hex_of(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        char pair[4];
        std::snprintf(pair, sizeof pair, "%02x", static_cast<unsigned char>(c));
        text += (text.empty() ? "" : " ") + std::string(pair);
    }
    return text;
}

std::string nested(const duckdb::Value& value, const Type& type) {
    return result_text(value, type).value_or("null");
}

std::string container_text(const duckdb::Value& value, const Type& type) {
    std::string text;
    if (type.is(TypeKind::array)) {
        for (const auto& item : duckdb::ListValue::GetChildren(value))
            text += (text.empty() ? "" : ", ") + nested(item, type.arguments[0]);
        return "[" + text + "]";
    }
    if (type.is(TypeKind::map)) {
        for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
            const auto& pair = duckdb::StructValue::GetChildren(entry);
            text += (text.empty() ? "" : ", ") + nested(pair[0], type.arguments[0]) + "=" +
                    nested(pair[1], type.arguments[1]);
        }
        return "{" + text + "}";
    }
    const auto& fields = duckdb::StructValue::GetChildren(value);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        text += (i > 0 ? ", " : "") +
                (type.names[i].empty() ? "field" + std::to_string(i) : type.names[i]) + "=" +
                nested(fields[i], type.arguments[i]);
    }
    return "{" + text + "}";
}

}  // namespace

std::optional<std::string> result_text(const duckdb::Value& value, const Type& type) {
    if (value.IsNull()) return std::nullopt;
    switch (type.kind) {
        case TypeKind::real:
            return real_text(value.GetValueUnsafe<float>());
        case TypeKind::double_:
            return double_text(value.GetValueUnsafe<double>());
        case TypeKind::varbinary:
            return hex_of(duckdb::StringValue::Get(value));
        case TypeKind::varchar:
        case TypeKind::char_:
        case TypeKind::json:
        case TypeKind::uuid:
            return duckdb::StringValue::Get(value);
        case TypeKind::date:
            return date_of(value.GetValueUnsafe<duckdb::date_t>().days);
        case TypeKind::time:
            return time_of(value.GetValueUnsafe<duckdb::dtime_t>().micros, 3);
        case TypeKind::timestamp:
            return stamp_of(value.GetValueUnsafe<duckdb::timestamp_t>().value);
        case TypeKind::timestamp_tz: {
            const Zoned zoned = unpack(value.GetValueUnsafe<std::int64_t>());
            return stamp_of(local_micros(zoned)) + " " + zone_name(zoned.key);
        }
        case TypeKind::interval_months: {
            const auto months = value.GetValueUnsafe<std::int64_t>();
            return (months < 0 ? "-" : "") + std::to_string(std::abs(months) / 12) + "-" +
                   std::to_string(std::abs(months) % 12);
        }
        case TypeKind::interval_millis: {
            const auto millis = value.GetValueUnsafe<std::int64_t>(), size = std::abs(millis);
            return (millis < 0 ? "-" : "") + std::to_string(size / 86'400'000) + " " +
                   time_of(size % 86'400'000 * 1000, 3);
        }
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
            return container_text(value, type);
        case TypeKind::unknown:
        case TypeKind::boolean:
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
        case TypeKind::decimal:
        case TypeKind::function:
            break;
    }
    return value.ToString();
}

}  // namespace freshet::duck
