#include "sql/trino/cast.h"

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
        case TypeKind::decimal:
        case TypeKind::date:
            text = "CAST(" + v.sql + " AS VARCHAR)";
            break;
        case TypeKind::uuid:
            text = v.sql;
            break;
        case TypeKind::real:
            text = "tr_real_text(" + v.sql + ")";
            break;
        case TypeKind::double_:
            text = "tr_double_text(" + v.sql + ")";
            break;
        case TypeKind::time:
            text = "tr_time_text(" + v.sql + ")";
            break;
        case TypeKind::timestamp:
            text = "tr_timestamp_text(" + v.sql + ")";
            break;
        case TypeKind::timestamp_tz:
            text = "tr_zoned_text(" + v.sql + ")";
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

Sql to_temporal(const Typed& v, const Type& to, bool is_safe) {
    const TypeKind from = v.type.kind;
    if (to.is(TypeKind::date)) {
        if (from == TypeKind::varchar) return native(is_safe, "to_date", v.sql);
        if (from == TypeKind::timestamp) return "CAST(" + v.sql + " AS DATE)";
        if (from == TypeKind::timestamp_tz) return "CAST(tr_local(" + v.sql + ") AS DATE)";
    }
    if (to.is(TypeKind::timestamp)) {
        if (from == TypeKind::varchar) return native(is_safe, "to_timestamp", v.sql);
        if (from == TypeKind::date) return "CAST(" + v.sql + " AS TIMESTAMP)";
        if (from == TypeKind::timestamp_tz) return "tr_local(" + v.sql + ")";
        if (from == TypeKind::timestamp) {
            return v.type.precision <= to.precision
                       ? v.sql
                       : "tr_round_timestamp(" + v.sql + ", " + std::to_string(to.precision) + ")";
        }
    }
    if (to.is(TypeKind::timestamp_tz)) {
        if (from == TypeKind::varchar) return native(is_safe, "to_zoned", v.sql);
        if (from == TypeKind::date) return "tr_zoned(CAST(" + v.sql + " AS TIMESTAMP), 'UTC')";
        if (from == TypeKind::timestamp) return "tr_zoned(" + v.sql + ", 'UTC')";
        if (from == TypeKind::timestamp_tz) return v.sql;
    }
    if (to.is(TypeKind::time)) {
        if (from == TypeKind::varchar) return native(is_safe, "to_time", v.sql);
        if (from == TypeKind::timestamp) return "CAST(" + v.sql + " AS TIME)";
        if (from == TypeKind::timestamp_tz) return "CAST(tr_local(" + v.sql + ") AS TIME)";
    }
    return std::nullopt;
}

Sql to_json(const Typed& v) {
    if (v.type.is(TypeKind::varchar)) return "tr_json_quote(" + v.sql + ")";
    if (v.type.is(TypeKind::boolean) || v.type.is_integer() || v.type.is(TypeKind::decimal)) {
        return "CAST(" + v.sql + " AS VARCHAR)";
    }
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

bool is_same_but_names(const Type& a, const Type& b) {
    return engine_type(a) == engine_type(b) && a.kind == b.kind;
}

}  // namespace

SyntaxResult<Typed> cast_value(const Typed& value, const Type& to, bool is_safe, Position at) {
    if (engine_type(to).empty()) return std::unexpected(no_cast(value.type, to, at));
    if (to.is(TypeKind::char_) || to.is(TypeKind::uuid) ||
        (to.is(TypeKind::timestamp) && to.precision > 6) ||
        (to.is(TypeKind::timestamp_tz) && to.precision > 3)) {
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
        if (is_same_but_names(value.type, to)) return made;
        if (value.type.kind == to.kind && !to.is(TypeKind::map))
            return nested_cast(value, to, is_safe, at);
    } else {
        sql = to_temporal(value, to, is_safe);
        made.is_utc = to.is(TypeKind::timestamp_tz) && !value.type.is(TypeKind::varchar);
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
