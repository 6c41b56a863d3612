#include "duck/result_text.h"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "duck/native/number_text.h"
#include "duck/native/time/moment_text.h"
#include "duck/native/time/zones.h"

namespace freshet::duck {
namespace {

using sql::trino::Type;
using sql::trino::TypeKind;

/// Clients read the digits of a timestamp's second: there are three at least.
int digits_of(const Type& type) { return std::max(3, type.precision); }

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

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? ", " : "") + parts[i];
    return text;
}

std::string container_text(const duckdb::Value& value, const Type& type) {
    std::vector<std::string> parts;
    if (type.is(TypeKind::array)) {
        for (const auto& item : duckdb::ListValue::GetChildren(value))
            parts.push_back(nested(item, type.arguments[0]));
        return "[" + joined(parts) + "]";
    }
    if (type.is(TypeKind::map)) {
        for (const auto& entry : duckdb::MapValue::GetChildren(value)) {
            const auto& pair = duckdb::StructValue::GetChildren(entry);
            parts.push_back(nested(pair[0], type.arguments[0]) + "=" +
                            nested(pair[1], type.arguments[1]));
        }
        return "{" + joined(parts) + "}";
    }
    const auto& fields = duckdb::StructValue::GetChildren(value);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        parts.push_back((type.names[i].empty() ? "field" + std::to_string(i) : type.names[i]) +
                        "=" + nested(fields[i], type.arguments[i]));
    }
    return "{" + joined(parts) + "}";
}

/// The engine writes .5 for a decimal of as many decimals as digits.
std::string decimal_text(std::string text) {
    const std::size_t at = text.starts_with('-') ? 1 : 0;
    if (text.size() > at && text[at] == '.') text.insert(at, 1, '0');
    return text;
}

Zoned zoned_of(const duckdb::Value& value, const Type& type) {
    if (type.precision <= 3) return unpack(value.GetValueUnsafe<std::int64_t>());
    const auto wide = value.GetValueUnsafe<duckdb::hugeint_t>();
    return unpack_wide(
        static_cast<__int128>((static_cast<unsigned __int128>(wide.upper) << 64U) | wide.lower));
}

}  // namespace

std::optional<std::string> result_text(const duckdb::Value& value, const Type& type) {
    if (value.IsNull()) return std::nullopt;
    switch (type.kind) {
        case TypeKind::real:
            return real_text(value.GetValueUnsafe<float>());
        case TypeKind::double_:
            return double_text(value.GetValueUnsafe<double>());
        case TypeKind::decimal:
            return decimal_text(value.ToString());
        case TypeKind::varbinary:
            return hex_of(duckdb::StringValue::Get(value));
        case TypeKind::varchar:
        case TypeKind::char_:
        case TypeKind::json:
        case TypeKind::uuid:
            return duckdb::StringValue::Get(value);
        case TypeKind::date:
            return date_text(value.GetValueUnsafe<duckdb::date_t>().days);
        case TypeKind::time:
            return time_text(value.GetValueUnsafe<duckdb::dtime_t>().micros, type.precision);
        case TypeKind::timestamp:
            return stamp_text(value.GetValueUnsafe<duckdb::timestamp_t>().value, ' ',
                              digits_of(type));
        case TypeKind::timestamp_tz: {
            const Zoned zoned = zoned_of(value, type);
            return stamp_text(local_micros(zoned), ' ', digits_of(type)) + " " +
                   zone_name(zoned.key);
        }
        case TypeKind::interval_months: {
            const auto months = value.GetValueUnsafe<std::int64_t>();
            return (months < 0 ? "-" : "") + std::to_string(std::abs(months) / 12) + "-" +
                   std::to_string(std::abs(months) % 12);
        }
        case TypeKind::interval_millis: {
            const auto millis = value.GetValueUnsafe<std::int64_t>(), size = std::abs(millis);
            return (millis < 0 ? "-" : "") + std::to_string(size / 86'400'000) + " " +
                   time_text(size % 86'400'000 * 1000, 3);
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
        case TypeKind::function:
            break;
    }
    return value.ToString();
}

}  // namespace freshet::duck
