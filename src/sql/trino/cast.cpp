#include "sql/trino/cast.h"

#include <algorithm>

#include "sql/trino/bind_once.h"

namespace freshet::sql::trino {
namespace {

std::string native(bool is_safe, const std::string& name, const std::string& argument) {
    return (is_safe ? "tr_try_" : "tr_") + name + "(" + argument + ")";
}

std::string engine_cast(const std::string& sql, const Type& to, bool is_safe) {
    return (is_safe ? "TRY_CAST(" : "CAST(") + sql + " AS " + engine_type(to) + ")";
}

SyntaxError no_cast(const Type& from, const Type& to, Position at) {
    return SyntaxError{at, "Cannot cast " + from.name() + " to " + to.name(),
                       ErrorCode::type_mismatch};
}

std::string digits_of(const Type& type) {
    return "CAST(" + std::to_string(type.precision) + " AS BIGINT)";
}

/// nullopt: no such cast.
using Sql = std::optional<std::string>;

Sql to_varchar(const Typed& v, const Type& to, bool is_safe) {
    std::string text;
    switch (v.type.kind) {
        case TypeKind::varchar:
            return to.precision < 0 || (v.type.precision >= 0 && v.type.precision <= to.precision)
                       ? v.sql
                       : "left(" + v.sql + ", " + std::to_string(to.precision) + ")";
        case TypeKind::boolean:
        case TypeKind::tinyint:
        case TypeKind::smallint:
        case TypeKind::integer:
        case TypeKind::bigint:
            text = "CAST(" + v.sql + " AS VARCHAR)";
            break;
        case TypeKind::uuid:
            text = v.sql;
            break;
        case TypeKind::decimal:
            // The engine writes .5 for a decimal of as many decimals as digits.
            text = v.type.precision == v.type.scale
                       ? "CAST(CAST(" + v.sql + " AS " +
                             engine_type(
                                 decimal_type(std::min(38, v.type.precision + 1), v.type.scale)) +
                             ") AS VARCHAR)"
                       : "CAST(" + v.sql + " AS VARCHAR)";
            if (v.type.scale == 38) text = "tr_with_zero(CAST(" + v.sql + " AS VARCHAR))";
            break;
        case TypeKind::date:
            text = "tr_date_text(" + v.sql + ")";
            break;
        case TypeKind::real:
            text = "tr_real_text(" + v.sql + ")";
            break;
        case TypeKind::double_:
            text = "tr_double_text(" + v.sql + ")";
            break;
        case TypeKind::time:
            text = "tr_time_text(" + v.sql + ", " + digits_of(v.type) + ")";
            break;
        case TypeKind::timestamp:
            text = "tr_timestamp_text(" + v.sql + ", " + digits_of(v.type) + ")";
            break;
        case TypeKind::timestamp_tz:
            text = "tr_zoned_text(" + v.sql + ", " + digits_of(v.type) + ")";
            break;
        case TypeKind::interval_months:
            text = "tr_months_text(" + v.sql + ")";
            break;
        case TypeKind::interval_millis:
            text = "tr_millis_text(" + v.sql + ")";
            break;
        case TypeKind::json:
            text = native(is_safe, "json_to_varchar", v.sql);
            break;
        case TypeKind::unknown:
        case TypeKind::char_:
        case TypeKind::varbinary:
        case TypeKind::array:
        case TypeKind::map:
        case TypeKind::row:
        case TypeKind::function:
            return std::nullopt;
    }
    if (to.precision < 0) return text;
    return (is_safe ? "tr_try_fit(" : "tr_fit(") + text + ", " + std::to_string(to.precision) + ")";
}

Sql to_number(const Typed& v, const Type& to, bool is_safe) {
    const std::string target = lower_case(engine_type(to));
    if (v.type.is(TypeKind::varchar)) {
        if (to.is(TypeKind::decimal))
            return engine_cast(native(is_safe, "decimal_text", v.sql), to, is_safe);
        if (to.is(TypeKind::real)) return native(is_safe, "to_real", v.sql);
        return native(is_safe, "to_" + target, v.sql);
    }
    if (v.type.is(TypeKind::boolean)) {
        return to.is(TypeKind::decimal) ? engine_cast("CAST(" + v.sql + " AS INTEGER)", to, is_safe)
                                        : engine_cast(v.sql, to, is_safe);
    }
    if (v.type.is(TypeKind::json)) {
        if (to.is(TypeKind::double_) || to.is(TypeKind::bigint))
            return native(is_safe, "json_to_" + target, v.sql);
        if (to.is_integer())
            return engine_cast(native(is_safe, "json_to_bigint", v.sql), to, is_safe);
        return std::nullopt;
    }
    if (!v.type.is_numeric()) return std::nullopt;
    if (to.is_integer() && v.type.is_floating()) {
        const std::string rounded =
            native(is_safe, "round_to_bigint", "CAST(" + v.sql + " AS DOUBLE)");
        return to.is(TypeKind::bigint) ? rounded : engine_cast(rounded, to, is_safe);
    }
    if (to.is(TypeKind::decimal) && v.type.is_floating()) {
        // By the shortest decimal form, as Trino does, not by the binary value.
        const std::string text = v.type.is(TypeKind::real) ? "tr_real_text(" : "tr_double_text(";
        return engine_cast(native(is_safe, "decimal_text", text + v.sql + ")"), to, is_safe);
    }
    return engine_cast(v.sql, to, is_safe);
}

/// `sql` with `from` digits of a second rounded to those of `to`.
std::string rounded(const std::string& sql, int from, const Type& to) {
    const char* function = to.is(TypeKind::time) ? "tr_round_time(" : "tr_round_timestamp(";
    return from <= to.precision ? sql : function + sql + ", " + digits_of(to) + ")";
}

Sql to_timestamp(const Typed& v, const Type& to, bool is_safe) {
    if (v.type.is(TypeKind::varchar))
        return native(is_safe, "to_timestamp", v.sql + ", " + digits_of(to));
    if (v.type.is(TypeKind::date)) return "CAST(" + v.sql + " AS TIMESTAMP)";
    if (v.type.is(TypeKind::timestamp)) return rounded(v.sql, v.type.precision, to);
    if (v.type.is(TypeKind::timestamp_tz))
        return rounded("tr_local(" + v.sql + ")", v.type.precision, to);
    return std::nullopt;
}

Sql to_zoned(const Typed& v, const Type& to, bool is_safe) {
    const bool is_wide = to.precision > 3, was_wide = v.type.precision > 3;
    const std::string zoned = is_wide ? "tr_zoned_wide(" : "tr_zoned(";
    if (v.type.is(TypeKind::varchar))
        return native(is_safe, is_wide ? "to_zoned_wide" : "to_zoned",
                      v.sql + ", " + digits_of(to));
    if (v.type.is(TypeKind::date)) return zoned + "CAST(" + v.sql + " AS TIMESTAMP), 'UTC')";
    if (v.type.is(TypeKind::timestamp))
        return zoned + rounded(v.sql, v.type.precision, to) + ", 'UTC')";
    if (!v.type.is(TypeKind::timestamp_tz)) return std::nullopt;
    if (is_wide && !was_wide) return "tr_widened(" + v.sql + ")";
    if (!is_wide && was_wide) return "tr_narrowed(" + v.sql + ", " + digits_of(to) + ")";
    return v.type.precision <= to.precision
               ? v.sql
               : "tr_round_zoned(" + v.sql + ", " + digits_of(to) + ")";
}

Sql to_time(const Typed& v, const Type& to, bool is_safe) {
    if (v.type.is(TypeKind::varchar))
        return native(is_safe, "to_time", v.sql + ", " + digits_of(to));
    if (v.type.is(TypeKind::time)) return rounded(v.sql, v.type.precision, to);
    if (v.type.is(TypeKind::timestamp))
        return rounded("CAST(" + v.sql + " AS TIME)", v.type.precision, to);
    if (v.type.is(TypeKind::timestamp_tz))
        return rounded("CAST(tr_local(" + v.sql + ") AS TIME)", v.type.precision, to);
    return std::nullopt;
}

Sql to_temporal(const Typed& v, const Type& to, bool is_safe) {
    if (to.is(TypeKind::timestamp)) return to_timestamp(v, to, is_safe);
    if (to.is(TypeKind::timestamp_tz)) return to_zoned(v, to, is_safe);
    if (to.is(TypeKind::time)) return to_time(v, to, is_safe);
    if (!to.is(TypeKind::date)) return std::nullopt;
    if (v.type.is(TypeKind::varchar)) return native(is_safe, "to_date", v.sql);
    if (v.type.is(TypeKind::timestamp)) return "CAST(" + v.sql + " AS DATE)";
    if (v.type.is(TypeKind::timestamp_tz)) return "CAST(tr_local(" + v.sql + ") AS DATE)";
    return std::nullopt;
}

Sql to_json(const Typed& v) {
    if (v.type.is(TypeKind::varchar)) return "tr_json_quote(" + v.sql + ")";
    if (v.type.is(TypeKind::boolean) || v.type.is_integer() || v.type.is(TypeKind::decimal))
        return to_varchar(v, varchar_type(), false);
    if (v.type.is(TypeKind::double_)) return "tr_double_text(" + v.sql + ")";
    return std::nullopt;
}

SyntaxResult<Typed> nested_cast(const Typed& v, const Type& to, bool is_safe, Position at) {
    Typed made{"", to};
    if (v.type.is(TypeKind::array)) {
        Typed element{"e" + std::to_string(at.column) + "_" + std::to_string(v.sql.size()),
                      v.type.arguments[0]};
        const std::string name = element.sql;
        auto inner = cast_value(element, to.arguments[0], is_safe, at);
        if (!inner) return inner;
        made.sql = "list_transform(" + v.sql + ", lambda " + name + ": " + inner->sql + ")";
        return made;
    }
    if (v.type.is(TypeKind::map)) {
        const std::string name =
            "m" + std::to_string(at.column) + "_" + std::to_string(v.sql.size());
        auto key =
            cast_value(Typed{name + ".key", v.type.arguments[0]}, to.arguments[0], is_safe, at);
        auto value =
            cast_value(Typed{name + ".value", v.type.arguments[1]}, to.arguments[1], is_safe, at);
        if (!key || !value) return !key ? key : value;
        made.sql = "map_from_entries(tr_map_entries(list_transform(map_entries(" + v.sql +
                   "), lambda " + name + ": struct_pack(key := " + key->sql +
                   ", value := " + value->sql + "))))";
        return made;
    }
    if (v.type.is(TypeKind::row) && v.type.arguments.size() == to.arguments.size()) {
        std::optional<SyntaxError> problem;
        made.sql = bind_once({v.sql}, [&](const std::vector<std::string>& names) {
            std::string sql = "(CASE WHEN " + names[0] + " IS NULL THEN NULL ELSE struct_pack(";
            for (std::size_t i = 0; i < to.arguments.size(); ++i) {
                const std::string field = "f" + std::to_string(i);
                auto inner = cast_value(
                    Typed{"struct_extract(" + names[0] + ", '" + field + "')", v.type.arguments[i]},
                    to.arguments[i], is_safe, at);
                if (!inner) problem = inner.error();
                sql += (i > 0 ? ", " : "") + field + " := " + (inner ? inner->sql : "");
            }
            return sql + ") END)";
        });
        if (problem) return std::unexpected(std::move(*problem));
        return made;
    }
    return std::unexpected(no_cast(v.type, to, at));
}

bool is_of_seconds(const Type& type) {
    return type.is(TypeKind::time) || type.is(TypeKind::timestamp) ||
           type.is(TypeKind::timestamp_tz);
}

bool is_same_but_names(const Type& a, const Type& b) {
    return engine_type(a) == engine_type(b) && a.kind == b.kind;
}

}  // namespace

SyntaxResult<Typed> cast_value(const Typed& value, const Type& to, bool is_safe, Position at) {
    if (engine_type(to).empty()) return std::unexpected(no_cast(value.type, to, at));
    if (to.is(TypeKind::char_) || to.is(TypeKind::uuid) ||
        (is_of_seconds(to) && to.precision > 6)) {
        return std::unexpected(SyntaxError{at, "Casting to " + to.name() + " is not supported",
                                           ErrorCode::not_supported});
    }
    Typed made = value;
    made.type = to;
    made.text.reset();
    if (value.type == to) return value;
    if (value.type.is(TypeKind::unknown)) {
        made.sql = "CAST(NULL AS " + engine_type(to) + ")";
        return made;
    }
    made.origin.reset();
    made.is_utc = false;
    if (value.type.is(TypeKind::char_) && to.is(TypeKind::varchar)) return coerce(value, to);
    Sql sql;
    if (to.is(TypeKind::varchar)) {
        sql = to_varchar(value, to, is_safe);
    } else if (to.is_numeric()) {
        sql = to_number(value, to, is_safe);
    } else if (to.is(TypeKind::boolean)) {
        if (value.type.is(TypeKind::varchar)) sql = native(is_safe, "to_boolean", value.sql);
        if (value.type.is_numeric()) sql = "(" + value.sql + " <> 0)";
        if (value.type.is(TypeKind::json)) sql = native(is_safe, "json_to_boolean", value.sql);
    } else if (to.is(TypeKind::json)) {
        sql = to_json(value);
    } else if (to.is(TypeKind::array) || to.is(TypeKind::row) || to.is(TypeKind::map)) {
        if (is_same_but_names(value.type, to) && coerces(value.type, to)) return made;
        if (value.type.kind == to.kind) return nested_cast(value, to, is_safe, at);
    } else {
        sql = to_temporal(value, to, is_safe);
        made.is_utc = to.is(TypeKind::timestamp_tz) && !value.type.is(TypeKind::varchar) &&
                      (!value.type.is(TypeKind::timestamp_tz) || value.is_utc);
    }
    if (!sql) return std::unexpected(no_cast(value.type, to, at));
    made.sql = std::move(*sql);
    return made;
}

Typed coerce(Typed value, const Type& to) {
    if (value.type == to) return value;
    const bool is_text = value.type.is_text() && to.is(TypeKind::varchar);
    const bool is_same = is_same_but_names(value.type, to);
    if (is_text || is_same) {
        if (value.type.is(TypeKind::char_) && !to.is(TypeKind::char_))
            value.sql = "rtrim(" + value.sql + ", ' ')";
        value.type = to;
        return value;
    }
    auto made = cast_value(value, to, false, Position{});
    if (!made) {
        value.sql = "CAST(" + value.sql + " AS " + engine_type(to) + ")";
        value.type = to;
        return value;
    }
    made->is_constant = value.is_constant;
    made->text = to.is_numeric() ? value.text : std::nullopt;
    if (value.type.is_integer() && to.is_integer()) made->origin = value.origin;
    return std::move(*made);
}

}  // namespace freshet::sql::trino
