// Dates, timestamps and intervals: arithmetic, parts, date_trunc, date_add, date_diff, time zones.
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

Typed bigint_of(std::string sql) { return Typed{std::move(sql), make_type(TypeKind::bigint)}; }

/// A timestamp with time zone as its local time, others unchanged.
std::string local(const Typed& v) {
    return v.type.is(TypeKind::timestamp_tz) ? "tr_local(" + v.sql + ")" : v.sql;
}

bool is_temporal(const Type& type) {
    return type.is(TypeKind::date) || type.is(TypeKind::timestamp) ||
           type.is(TypeKind::timestamp_tz);
}

/// `v` moved by `months` or by `millis` (engine SQL); the type stays.
Typed moved(const Typed& v, const std::string& months, const std::string& millis) {
    Typed made{"", v.type};
    made.is_utc = v.is_utc;
    if (v.type.is(TypeKind::timestamp_tz)) {
        made.sql = months.empty()
                       ? "tr_zoned_plus(" + v.sql + ", " + millis + ")"
                       : bind_once({v.sql, months}, [](const std::vector<std::string>& names) {
                             return "tr_rezone(" + names[0] + ", tr_local(" + names[0] +
                                    ") + to_months(CAST(" + names[1] + " AS INTEGER)))";
                         });
    } else if (v.type.is(TypeKind::date)) {
        made.sql = months.empty()
                       ? "tr_date_plus(" + v.sql + ", " + millis + ")"
                       : "CAST(" + v.sql + " + to_months(CAST(" + months + " AS INTEGER)) AS DATE)";
    } else {
        made.sql = months.empty() ? "(" + v.sql + " + to_microseconds(" + millis + " * 1000))"
                                  : "(" + v.sql + " + to_months(CAST(" + months + " AS INTEGER)))";
    }
    return made;
}

struct Unit {
    std::string_view name;
    int months;
    std::int64_t millis;
};
constexpr Unit units[] = {{"millisecond", 0, 1},  {"second", 0, 1000},    {"minute", 0, 60'000},
                          {"hour", 0, 3'600'000}, {"day", 0, 86'400'000}, {"week", 0, 604'800'000},
                          {"month", 1, 0},        {"quarter", 3, 0},      {"year", 12, 0}};

const Unit* unit_of(const Typed& argument) {
    if (!argument.text) return nullptr;
    for (const auto& unit : units) {
        if (unit.name == lower_case(*argument.text)) return &unit;
    }
    return nullptr;
}

SyntaxError bad_unit(const Expr& expr, const Typed& unit, const Type& type) {
    if (!unit.text)
        return SyntaxError{expr.at, expr.text + ": the unit must be a text literal",
                           ErrorCode::not_supported};
    const std::string kind = type.is(TypeKind::date)   ? "DATE"
                             : type.is(TypeKind::time) ? "TIME"
                                                       : "Timestamp";
    return SyntaxError{expr.at, "'" + *unit.text + "' is not a valid " + kind + " field",
                       ErrorCode::invalid_function_argument};
}

std::optional<Typed> unix_time(const std::string& name, const std::vector<Typed>& a) {
    if (name == "to_unixtime" && a.size() == 1 && is_temporal(a[0].type)) {
        const bool is_zoned = a[0].type.is(TypeKind::timestamp_tz);
        const Typed v = coerce(a[0], is_zoned ? timestamp_tz_type() : timestamp_type());
        return Typed{is_zoned ? "(CAST(tr_instant(" + v.sql + ") AS DOUBLE) / 1e3)"
                              : "(CAST(epoch_us(" + v.sql + ") AS DOUBLE) / 1e6)",
                     make_type(TypeKind::double_)};
    }
    if (name != "from_unixtime" || a.empty() || !coerces(a[0].type, make_type(TypeKind::double_)))
        return std::nullopt;
    const std::string instant =
        "tr_from_unixtime(" + coerce(a[0], make_type(TypeKind::double_)).sql + ")";
    if (a.size() == 1) {
        Typed made{instant, timestamp_tz_type()};
        made.is_utc = true;
        return made;
    }
    if (a.size() != 2 || !a[1].type.is(TypeKind::varchar)) return std::nullopt;
    return Typed{"tr_at_zone(" + instant + ", " + a[1].sql + ")", timestamp_tz_type()};
}

std::optional<Typed> moved_to_zone(const std::string& name, const std::vector<Typed>& a) {
    if (a.size() != 2 || !a[1].type.is(TypeKind::varchar)) return std::nullopt;
    if (name == "with_timezone" && a[0].type.is(TypeKind::timestamp))
        return Typed{"tr_zoned(" + a[0].sql + ", " + a[1].sql + ")", timestamp_tz_type()};
    if (name == "at_timezone" && a[0].type.is(TypeKind::timestamp_tz))
        return Typed{"tr_at_zone(" + a[0].sql + ", " + a[1].sql + ")", timestamp_tz_type()};
    return std::nullopt;
}

std::optional<Typed> time_as_text(const std::string& name, const std::vector<Typed>& a) {
    if (a.empty() || !is_temporal(a[0].type)) return std::nullopt;
    const bool is_date = a[0].type.is(TypeKind::date);
    if (name == "to_iso8601" && a.size() == 1) {
        const std::string begin = is_date                             ? "CAST("
                                  : a[0].type.is(TypeKind::timestamp) ? "tr_iso_timestamp("
                                                                      : "tr_iso_zoned(";
        return Typed{begin + a[0].sql + (is_date ? " AS VARCHAR)" : ")"), varchar_type()};
    }
    if ((name != "date_format" && name != "format_datetime") || a.size() != 2 ||
        !a[1].type.is(TypeKind::varchar))
        return std::nullopt;
    const bool has_zone = a[0].type.is(TypeKind::timestamp_tz) && name == "format_datetime";
    std::string sql = bind_once({a[0].sql, a[1].sql}, [&](const std::vector<std::string>& names) {
        Typed v = a[0];
        v.sql = names[0];
        const std::string stamp = is_date ? coerce(v, timestamp_type()).sql : local(v);
        return "tr_" + name + "(" + stamp + ", " + names[1] +
               (has_zone ? ", tr_zone_name(" + names[0] + ")" : "") + ")";
    });
    return Typed{std::move(sql), varchar_type()};
}

}  // namespace

SyntaxResult<Typed> Analysis::time_arithmetic(const std::string& op, const Typed& left,
                                              const Typed& right, Position at) {
    const Type &a = left.type, &b = right.type;
    if (op == "-" && is_temporal(a) && is_temporal(b)) {
        const auto common = common_type(a, b);
        const std::string x = coerce(left, *common).sql, y = coerce(right, *common).sql;
        Typed made{"", make_type(TypeKind::interval_millis)};
        if (common->is(TypeKind::date))
            made.sql = "(CAST(date_diff('day', " + y + ", " + x + ") AS BIGINT) * 86400000)";
        if (common->is(TypeKind::timestamp))
            made.sql = "(epoch_ms(" + x + ") - epoch_ms(" + y + "))";
        if (common->is(TypeKind::timestamp_tz))
            made.sql = "(tr_instant(" + x + ") - tr_instant(" + y + "))";
        return made;
    }
    const bool is_interval_last = is_temporal(a) && b.is_interval() && (op == "+" || op == "-");
    const bool is_interval_first = a.is_interval() && is_temporal(b) && op == "+";
    if (is_interval_last || is_interval_first) {
        const Typed& point = is_interval_last ? left : right;
        const Typed& interval = is_interval_last ? right : left;
        const std::string amount = op == "-" ? "(- " + interval.sql + ")" : interval.sql;
        return interval.type.is(TypeKind::interval_months) ? moved(point, amount, "")
                                                           : moved(point, "", amount);
    }
    if (a.is_interval() && a == b && (op == "+" || op == "-"))
        return Typed{"(" + left.sql + " " + op + " " + right.sql + ")", a};
    if (op == "*" && a.is_interval() && b.is_integer())
        return Typed{"(" + left.sql + " * CAST(" + right.sql + " AS BIGINT))", a};
    if (op == "*" && b.is_interval() && a.is_integer())
        return Typed{"(" + right.sql + " * CAST(" + left.sql + " AS BIGINT))", b};
    return std::unexpected(
        mismatch_error(at, "Cannot apply operator: " + a.name() + " " + op + " " + b.name()));
}

SyntaxResult<Typed> Analysis::part_of(const std::string& part, const Typed& v, Position at) {
    struct Part {
        std::string_view name, engine;
        bool is_of_date;
    };
    static constexpr Part parts[] = {{"year", "year", true},
                                     {"quarter", "quarter", true},
                                     {"month", "month", true},
                                     {"week", "week", true},
                                     {"day", "day", true},
                                     {"day_of_month", "day", true},
                                     {"day_of_week", "isodow", true},
                                     {"dow", "isodow", true},
                                     {"day_of_year", "dayofyear", true},
                                     {"doy", "dayofyear", true},
                                     {"week_of_year", "week", true},
                                     {"year_of_week", "isoyear", true},
                                     {"yow", "isoyear", true},
                                     {"hour", "hour", false},
                                     {"minute", "minute", false},
                                     {"second", "second", false},
                                     {"millisecond", "", false}};
    const TypeKind kind = v.type.kind;
    if (part == "timezone_hour" || part == "timezone_minute") {
        if (kind != TypeKind::timestamp_tz)
            return std::unexpected(mismatch_error(
                at, "Unexpected parameters (" + v.type.name() + ") for function " + part));
        return bigint_of("tr_" + part + "(" + v.sql + ")");
    }
    for (const auto& [name, engine, is_of_date] : parts) {
        if (name != part) continue;
        if (kind == TypeKind::interval_millis && (name == "day" || !is_of_date))
            return bigint_of("tr_interval_" + part + "(" + v.sql + ")");
        if (kind == TypeKind::interval_months && (name == "year" || name == "month"))
            return bigint_of("tr_interval_" + part + "(" + v.sql + ")");
        const bool fits = kind == TypeKind::timestamp || kind == TypeKind::timestamp_tz ||
                          (kind == TypeKind::date && is_of_date) ||
                          (kind == TypeKind::time && !is_of_date);
        if (!fits) break;
        if (engine.empty())
            return bigint_of("(CAST(date_part('millisecond', " + local(v) + ") AS BIGINT) % 1000)");
        return bigint_of("CAST(date_part('" + std::string(engine) + "', " + local(v) +
                         ") AS BIGINT)");
    }
    return std::unexpected(
        mismatch_error(at, "Unexpected parameters (" + v.type.name() + ") for function " + part));
}

SyntaxResult<Typed> Analysis::date_trunc(const Expr& expr, const std::vector<Typed>& arguments) {
    const Typed& v = arguments[1];
    const Unit* unit = unit_of(arguments[0]);
    if (!unit || (v.type.is(TypeKind::date) && unit->months == 0 && unit->millis < 86'400'000))
        return std::unexpected(bad_unit(expr, arguments[0], v.type));
    if (!is_temporal(v.type)) return std::unexpected(not_registered(expr, arguments));
    const std::string function = "date_trunc('" + std::string(unit->name) + "', ";
    Typed made{function + v.sql + ")", v.type};
    made.is_utc = v.is_utc;
    if (v.type.is(TypeKind::date)) made.sql = "CAST(" + made.sql + " AS DATE)";
    if (v.type.is(TypeKind::timestamp_tz)) {
        made.sql = bind_once({v.sql}, [&](const std::vector<std::string>& names) {
            return "tr_rezone(" + names[0] + ", " + function + "tr_local(" + names[0] + ")))";
        });
    }
    return made;
}

SyntaxResult<Typed> Analysis::date_add(const Expr& expr, const std::vector<Typed>& arguments) {
    const Typed& v = arguments[2];
    const Unit* unit = unit_of(arguments[0]);
    if (!is_temporal(v.type) || !coerces(arguments[1].type, make_type(TypeKind::bigint)))
        return std::unexpected(not_registered(expr, arguments));
    if (!unit || (v.type.is(TypeKind::date) && unit->months == 0 && unit->millis < 86'400'000))
        return std::unexpected(bad_unit(expr, arguments[0], v.type));
    const std::string count = coerce(arguments[1], make_type(TypeKind::bigint)).sql;
    if (unit->months > 0)
        return moved(v, "(" + count + " * " + std::to_string(unit->months) + ")", "");
    return moved(v, "", "(" + count + " * " + std::to_string(unit->millis) + ")");
}

SyntaxResult<Typed> Analysis::date_diff(const Expr& expr, const std::vector<Typed>& arguments) {
    const Unit* unit = unit_of(arguments[0]);
    const auto common = common_type(arguments[1].type, arguments[2].type);
    if (!common || !is_temporal(*common)) return std::unexpected(not_registered(expr, arguments));
    if (!unit || (common->is(TypeKind::date) && unit->months == 0 && unit->millis < 86'400'000))
        return std::unexpected(bad_unit(expr, arguments[0], *common));
    const Typed from = coerce(arguments[1], *common), to = coerce(arguments[2], *common);
    if (common->is(TypeKind::timestamp_tz)) {
        // Complete days and months are of the first value's zone.
        if (unit->months > 0 || unit->millis >= 86'400'000) {
            return bigint_of(
                bind_once({from.sql, to.sql}, [&](const std::vector<std::string>& names) {
                    return "date_sub('" + std::string(unit->name) + "', tr_local(" + names[0] +
                           "), tr_local(tr_at_zone_of(" + names[1] + ", " + names[0] + ")))";
                }));
        }
        return bigint_of("tr_div(tr_instant(" + to.sql + ") - tr_instant(" + from.sql + "), CAST(" +
                         std::to_string(unit->millis) + " AS BIGINT))");
    }
    return bigint_of("date_sub('" + std::string(unit->name) + "', " + from.sql + ", " + to.sql +
                     ")");
}

SyntaxResult<Typed> Analysis::at_time_zone(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(pair, values_of(expr.arguments, scope));
    Typed v = (*pair)[0];
    if (v.type.is(TypeKind::timestamp)) v = coerce(v, timestamp_tz_type());
    if (!v.type.is(TypeKind::timestamp_tz) || !(*pair)[1].type.is(TypeKind::varchar)) {
        return std::unexpected(mismatch_error(
            expr.at,
            "Type of value must be a time or timestamp with or without time zone (actual " +
                v.type.name() + ")"));
    }
    return Typed{"tr_at_zone(" + v.sql + ", " + (*pair)[1].sql + ")", v.type};
}

SyntaxResult<std::optional<Typed>> Analysis::time_call(const Expr& expr,
                                                       std::vector<Typed>& arguments) {
    const std::string& name = expr.text;
    const std::size_t count = arguments.size();
    const auto some = [](SyntaxResult<Typed> made) -> SyntaxResult<std::optional<Typed>> {
        if (!made) return pass(made);
        return std::optional(std::move(*made));
    };
    if (name == "date_trunc" && count == 2) return some(date_trunc(expr, arguments));
    if (name == "date_add" && count == 3) return some(date_add(expr, arguments));
    if (name == "date_diff" && count == 3) return some(date_diff(expr, arguments));
    if (name == "date" && count == 1)
        return some(cast_value(arguments[0], make_type(TypeKind::date), false, expr.at));
    if (count == 1 && (is_temporal(arguments[0].type) || arguments[0].type.is_interval() ||
                       arguments[0].type.is(TypeKind::time))) {
        static constexpr std::string_view parts[] = {
            "year",         "quarter",      "month",         "week",           "day",
            "day_of_month", "day_of_week",  "dow",           "day_of_year",    "doy",
            "week_of_year", "year_of_week", "yow",           "hour",           "minute",
            "second",       "millisecond",  "timezone_hour", "timezone_minute"};
        for (const auto part : parts) {
            if (name == part) return some(part_of(name, arguments[0], expr.at));
        }
        if (name == "last_day_of_month" && is_temporal(arguments[0].type))
            return some(Typed{"last_day(" + local(arguments[0]) + ")", make_type(TypeKind::date)});
    }
    for (const auto family : {unix_time, moved_to_zone, time_as_text}) {
        if (auto made = family(name, arguments)) return made;
    }
    return std::optional<Typed>();
}

}  // namespace freshet::sql::trino
