// CAST from text: tr_to_bigint raises what tr_try_to_bigint answers with NULL.
#include <limits>

#include "duck/native/adapter.h"
#include "duck/native/parse_value.h"
#include "duck/native/time/zones.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

template <class T>
std::optional<T> whole(string_view text) {
    const auto value =
        parse_whole(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
    return value ? std::optional(static_cast<T>(*value)) : std::nullopt;
}
std::optional<bool> boolean(string_view text) { return parse_boolean(text); }
std::optional<double> to_double(string_view text) { return parse_double(text); }
std::optional<float> to_real(string_view text) {
    const auto value = parse_double(text);
    return value ? std::optional(static_cast<float>(*value)) : std::nullopt;
}
std::optional<duckdb::date_t> to_date(string_view text) {
    const auto days = parse_date(text);
    return days ? std::optional(duckdb::date_t(*days)) : std::nullopt;
}
/// Text that the engine's decimal cast reads as Trino's does.
std::optional<std::string> decimal_text(string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    const auto value = parse_double(text);
    if (!value || text.find('N') != string_view::npos || text.find('I') != string_view::npos)
        return std::nullopt;
    return std::string(text.starts_with('+') ? text.substr(1) : text);
}

template <class R, std::optional<R> (*function)(string_view)>
struct Cast {
    static inline const char* type = "";
    static R strict(string_view text) {
        auto value = function(text);
        if (!value) {
            const bool is_temporal = std::is_same_v<R, duckdb::date_t>;
            raise(sql::ErrorCode::invalid_cast_argument,
                  is_temporal
                      ? "Value cannot be cast to " + std::string(type) + ": " + std::string(text)
                      : "Cannot cast '" + std::string(text) + "' to " + type);
        }
        return std::move(*value);
    }
    static void add(duckdb::ExtensionLoader& loader, const std::string& name,
                    const char* type_name) {
        type = type_name;
        add_native(loader, name, &strict);
        add_native(loader, "try_" + name, function);
    }
};

constexpr std::int64_t day_micros = 86'400'000'000;

std::optional<duckdb::dtime_t> to_time(string_view text, std::int64_t digits) {
    const auto micros = parse_time(text, static_cast<int>(digits));
    return micros ? std::optional(duckdb::dtime_t(*micros % day_micros)) : std::nullopt;
}
std::optional<duckdb::timestamp_t> to_timestamp(string_view text, std::int64_t digits) {
    const auto micros = parse_timestamp(text, ' ', nullptr, static_cast<int>(digits));
    return micros ? std::optional(duckdb::timestamp_t(*micros)) : std::nullopt;
}
std::optional<Zoned> zoned_of(string_view text, std::int64_t digits) {
    string_view rest;
    const auto micros = parse_timestamp(text, ' ', &rest, static_cast<int>(digits));
    if (!micros) return std::nullopt;
    const auto key = rest.empty() ? std::optional(0) : zone_key(rest);
    if (!key) return std::nullopt;
    return Zoned{instant_micros(*micros, *key), *key};
}
std::optional<std::int64_t> to_zoned(string_view text, std::int64_t digits) {
    const auto zoned = zoned_of(text, digits);
    return zoned ? std::optional(pack(*zoned)) : std::nullopt;
}
std::optional<__int128> to_zoned_wide(string_view text, std::int64_t digits) {
    const auto zoned = zoned_of(text, digits);
    return zoned ? std::optional(pack_wide(*zoned)) : std::nullopt;
}

/// A cast to a type of so many digits of a second.
template <class R, std::optional<R> (*function)(string_view, std::int64_t)>
struct TimeCast {
    static inline const char* type = "";
    static R strict(string_view text, std::int64_t digits) {
        auto value = function(text, digits);
        if (!value)
            raise(sql::ErrorCode::invalid_cast_argument,
                  "Value cannot be cast to " + std::string(type) + ": " + std::string(text));
        return std::move(*value);
    }
    static void add(duckdb::ExtensionLoader& loader, const std::string& name,
                    const char* type_name) {
        type = type_name;
        add_native(loader, name, &strict);
        add_native(loader, "try_" + name, function);
    }
};

}  // namespace

void add_casts(duckdb::ExtensionLoader& loader) {
    Cast<bool, boolean>::add(loader, "to_boolean", "BOOLEAN");
    Cast<std::int8_t, whole<std::int8_t>>::add(loader, "to_tinyint", "TINYINT");
    Cast<std::int16_t, whole<std::int16_t>>::add(loader, "to_smallint", "SMALLINT");
    Cast<std::int32_t, whole<std::int32_t>>::add(loader, "to_integer", "INT");
    Cast<std::int64_t, whole<std::int64_t>>::add(loader, "to_bigint", "BIGINT");
    Cast<double, to_double>::add(loader, "to_double", "DOUBLE");
    Cast<float, to_real>::add(loader, "to_real", "REAL");
    Cast<duckdb::date_t, to_date>::add(loader, "to_date", "date");
    TimeCast<duckdb::dtime_t, to_time>::add(loader, "to_time", "time");
    TimeCast<duckdb::timestamp_t, to_timestamp>::add(loader, "to_timestamp", "timestamp");
    TimeCast<std::int64_t, to_zoned>::add(loader, "to_zoned", "timestamp with time zone");
    TimeCast<__int128, to_zoned_wide>::add(loader, "to_zoned_wide", "timestamp with time zone");
    Cast<std::string, decimal_text>::add(loader, "decimal_text", "DECIMAL");
}

}  // namespace freshet::duck
