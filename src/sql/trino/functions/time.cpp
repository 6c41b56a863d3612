// Dates, times, timestamps and intervals. A timestamp with time zone of up to three digits is a
// BIGINT, of up to six a HUGEINT (src/duck/native/time/zones.h); the native functions take both.
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/functions/registry.h"

namespace freshet::sql::trino {
namespace {

struct Unit {
    std::string_view name;
    int months;
    std::int64_t millis;
};
constexpr Unit units[] = {{"millisecond", 0, 1},  {"second", 0, 1000},    {"minute", 0, 60'000},
                          {"hour", 0, 3'600'000}, {"day", 0, 86'400'000}, {"week", 0, 604'800'000},
                          {"month", 1, 0},        {"quarter", 3, 0},      {"year", 12, 0}};
constexpr std::int64_t day_millis = 86'400'000;

/// The unit that a call names, when the type has it.
SyntaxResult<Unit> unit_of(const Call& call, const Type& type) {
    const auto& text = call.arguments[0].text;
    if (!text)
        return std::unexpected(SyntaxError{call.expr.at,
                                           call.expr.text + ": the unit must be a text literal",
                                           ErrorCode::not_supported});
    const bool is_date = type.is(TypeKind::date), is_time = type.is(TypeKind::time);
    for (const Unit& unit : units) {
        const bool is_of_days = unit.months > 0 || unit.millis >= day_millis;
        if (unit.name == lower_case(*text) && !(is_date && !is_of_days) && !(is_time && is_of_days))
            return unit;
    }
    return std::unexpected(SyntaxError{call.expr.at,
                                       "'" + *text + "' is not a valid " +
                                           (is_date   ? "DATE"
                                            : is_time ? "TIME"
                                                      : "Timestamp") +
                                           " field",
                                       ErrorCode::invalid_function_argument});
}

SyntaxResult<Typed> date_trunc(const Call& call) {
    const Typed& v = call.arguments[1];
    FRESHET_TRY(unit, unit_of(call, v.type));
    if (v.type.is(TypeKind::time))
        return Typed{
            "tr_trunc_time(" + v.sql + ", CAST(" + std::to_string(unit->millis) + " AS BIGINT))",
            v.type};
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

SyntaxResult<Typed> date_add(const Call& call) {
    const Typed& v = call.arguments[2];
    FRESHET_TRY(unit, unit_of(call, v.type));
    const bool is_months = unit->months > 0;
    const std::string amount =
        "(" + call.sql(1) + " * " + std::to_string(is_months ? unit->months : unit->millis) + ")";
    Typed made = moved(v, is_months ? amount : "", is_months ? "" : amount);
    return fitted(std::move(made), v.type);
}

SyntaxResult<Typed> date_diff(const Call& call) {
    const Typed &from = call.arguments[1], &to = call.arguments[2];
    FRESHET_TRY(unit, unit_of(call, from.type));
    const std::string millis = "CAST(" + std::to_string(unit->millis) + " AS BIGINT)";
    if (from.type.is(TypeKind::time))
        return call.made("tr_div(tr_millis_of_time(" + to.sql + ") - tr_millis_of_time(" +
                         from.sql + "), " + millis + ")");
    const std::string begin = "date_sub('" + std::string(unit->name) + "', ";
    if (from.type.is(TypeKind::date)) return call.made(begin + from.sql + ", " + to.sql + ")");
    if (from.type.is(TypeKind::timestamp)) {
        // Trino counts in whole milliseconds.
        const std::string cut = from.type.precision > 3 ? "tr_floor_millis(" : "(";
        return call.made(begin + cut + from.sql + "), " + cut + to.sql + "))");
    }
    // Complete days and months are of the first value's zone.
    if (unit->months > 0 || unit->millis >= day_millis) {
        const std::string cut = "tr_floor_millis(tr_local(";
        return call.made(bind_once({from.sql, to.sql}, [&](const std::vector<std::string>& names) {
            return begin + cut + names[0] + ")), " + cut + "tr_at_zone_of(" + names[1] + ", " +
                   names[0] + "))))";
        }));
    }
    return call.made("tr_div(tr_instant_millis(" + to.sql + ") - tr_instant_millis(" + from.sql +
                     "), " + millis + ")");
}

SyntaxResult<Typed> to_date(const Call& call) {
    return cast_value(call.arguments[0], make_type(TypeKind::date), false, call.expr.at);
}

SyntaxResult<Typed> from_unixtime(const Call& call) {
    Typed made = call.made("tr_from_unixtime(" + call.sql(0) + ")");
    made.is_utc = call.arguments.size() == 1;
    if (call.arguments.size() == 2) made.sql = "tr_at_zone(" + made.sql + ", " + call.sql(1) + ")";
    return made;
}

SyntaxResult<Typed> from_unixtime_offset(const Call& call) {
    return call.made("tr_at_zone(tr_from_unixtime(" + call.sql(0) + "), tr_offset_zone(" +
                     call.sql(1) + ", " + call.sql(2) + "))");
}

SyntaxResult<Typed> with_timezone(const Call& call) {
    const Typed& v = call.arguments[0];
    return Typed{
        (v.type.precision > 3 ? "tr_zoned_wide(" : "tr_zoned(") + v.sql + ", " + call.sql(1) + ")",
        call.result};
}

/// A pattern's moment has milliseconds.
SyntaxResult<Typed> by_pattern(const Call& call) {
    const Typed& v = call.arguments[0];
    const bool has_zone = v.type.is(TypeKind::timestamp_tz) && call.expr.text == "format_datetime";
    std::string sql = bind_once({v.sql, call.sql(1)}, [&](const std::vector<std::string>& names) {
        std::string stamp =
            v.type.is(TypeKind::timestamp_tz) ? "tr_local(" + names[0] + ")" : names[0];
        if (v.type.precision > 3) stamp = "tr_round_timestamp(" + stamp + ", CAST(3 AS BIGINT))";
        return "tr_" + call.expr.text + "(" + stamp + ", " + names[1] +
               (has_zone ? ", tr_zone_name(" + names[0] + ")" : "") + ")";
    });
    return call.made(std::move(sql));
}

SyntaxResult<Typed> to_iso8601(const Call& call) {
    const Typed& v = call.arguments[0];
    return call.made((v.type.is(TypeKind::timestamp) ? "tr_iso_timestamp(" : "tr_iso_zoned(") +
                     v.sql + ", CAST(" + std::to_string(v.type.precision) + " AS BIGINT))");
}

/// CURRENT_TIMESTAMP and its kin: the moment at which the statement began.
SyntaxResult<Typed> now(Analysis& analysis, const Expr& expr, const Scope& scope) {
    return analysis.now_call(expr, scope);
}

constexpr FunctionRow rows[] = {
    {"now", "() -> timestamp(3) with time zone", now, "When the statement began.",
     "now() = current_timestamp", "true"},
    {"current_timestamp", "() -> timestamp(3) with time zone", now, "When the statement began.",
     "current_timestamp IS NOT NULL", "true"},
    {"current_timestamp", "(integer) -> timestamp(p) with time zone", now},
    {"current_date", "() -> date", now, "The day on which the statement began, in UTC.",
     "current_date = date(now())", "true"},
    {"localtimestamp", "() -> timestamp(3)", now, "When the statement began, in UTC.",
     "localtimestamp = CAST(now() AS timestamp)", "true"},
    {"localtimestamp", "(integer) -> timestamp(p)", now},
    {"localtime", "() -> time(3)", now, "The time of day at which the statement began, in UTC.",
     "localtime = CAST(now() AS time)", "true"},
    {"localtime", "(integer) -> time(p)", now},
    {"current_timezone", "() -> varchar", "'UTC'", "The zone of the session.", "current_timezone()",
     "UTC"},
    {"date", "(varchar) -> date", to_date, "The day of a text or a timestamp.",
     "date(TIMESTAMP '2022-06-15 12:00:00')", "2022-06-15"},
    {"date", "(timestamp(p)) -> date", to_date},
    {"date", "(timestamp(p) with time zone) -> date", to_date},
    {"date_trunc", "(varchar, date) -> date", date_trunc,
     "The beginning of the unit that a time is in.", "date_trunc('week', DATE '2022-06-15')",
     "2022-06-13"},
    {"date_trunc", "(varchar, time(p)) -> time(p)", date_trunc},
    {"date_trunc", "(varchar, timestamp(p)) -> timestamp(p)", date_trunc},
    {"date_trunc", "(varchar, timestamp(p) with time zone) -> timestamp(p) with time zone",
     date_trunc},
    {"date_add", "(varchar, bigint, date) -> date", date_add, "A time moved by a number of units.",
     "date_add('month', 1, DATE '2020-01-31')", "2020-02-29"},
    {"date_add", "(varchar, bigint, time(p)) -> time(p)", date_add},
    {"date_add", "(varchar, bigint, timestamp(p)) -> timestamp(p)", date_add},
    {"date_add", "(varchar, bigint, timestamp(p) with time zone) -> timestamp(p) with time zone",
     date_add},
    {"date_diff", "(varchar, date, date) -> bigint", date_diff,
     "The whole units from the first time to the second.",
     "date_diff('hour', TIMESTAMP '2020-01-01 23:00:00', TIMESTAMP '2020-01-02 00:30:00')", "1"},
    {"date_diff", "(varchar, time(p), time(p)) -> bigint", date_diff},
    {"date_diff", "(varchar, timestamp(p), timestamp(p)) -> bigint", date_diff},
    {"date_diff", "(varchar, timestamp(p) with time zone, timestamp(p) with time zone) -> bigint",
     date_diff},
    {"last_day_of_month", "(date) -> date", "last_day($1)", "The last day of a month.",
     "last_day_of_month(DATE '2024-02-03')", "2024-02-29"},
    {"last_day_of_month", "(timestamp(p)) -> date", "last_day($1)"},
    {"last_day_of_month", "(timestamp(p) with time zone) -> date", "last_day(tr_local($1))"},
    {"year", "(date) -> bigint", "CAST(date_part('year', $1) AS BIGINT)", "The year.",
     "year(DATE '2022-06-15')", "2022"},
    {"year", "(timestamp(p)) -> bigint", "CAST(date_part('year', $1) AS BIGINT)"},
    {"year", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('year', tr_local($1)) AS BIGINT)"},
    {"year", "(interval year to month) -> bigint", "tr_interval_year($1)"},
    {"quarter", "(date) -> bigint", "CAST(date_part('quarter', $1) AS BIGINT)",
     "The quarter, 1 to 4.", "quarter(DATE '2022-06-15')", "2"},
    {"quarter", "(timestamp(p)) -> bigint", "CAST(date_part('quarter', $1) AS BIGINT)"},
    {"quarter", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('quarter', tr_local($1)) AS BIGINT)"},
    {"month", "(date) -> bigint", "CAST(date_part('month', $1) AS BIGINT)", "The month, 1 to 12.",
     "month(DATE '2022-06-15')", "6"},
    {"month", "(timestamp(p)) -> bigint", "CAST(date_part('month', $1) AS BIGINT)"},
    {"month", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('month', tr_local($1)) AS BIGINT)"},
    {"month", "(interval year to month) -> bigint", "tr_interval_month($1)"},
    {"week", "(date) -> bigint", "CAST(date_part('week', $1) AS BIGINT)", "The ISO week, 1 to 53.",
     "week(DATE '2022-01-01')", "52"},
    {"week", "(timestamp(p)) -> bigint", "CAST(date_part('week', $1) AS BIGINT)"},
    {"week", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('week', tr_local($1)) AS BIGINT)"},
    {"week_of_year", "(date) -> bigint", "CAST(date_part('week', $1) AS BIGINT)",
     "The same as week.", "week_of_year(DATE '2022-06-15')", "24"},
    {"week_of_year", "(timestamp(p)) -> bigint", "CAST(date_part('week', $1) AS BIGINT)"},
    {"week_of_year", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('week', tr_local($1)) AS BIGINT)"},
    {"day", "(date) -> bigint", "CAST(date_part('day', $1) AS BIGINT)",
     "The day of the month; of an interval its whole days.", "day(INTERVAL '30' HOUR)", "1"},
    {"day", "(timestamp(p)) -> bigint", "CAST(date_part('day', $1) AS BIGINT)"},
    {"day", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('day', tr_local($1)) AS BIGINT)"},
    {"day", "(interval day to second) -> bigint", "tr_interval_day($1)"},
    {"day_of_month", "(date) -> bigint", "CAST(date_part('day', $1) AS BIGINT)", "The same as day.",
     "day_of_month(DATE '2022-06-15')", "15"},
    {"day_of_month", "(timestamp(p)) -> bigint", "CAST(date_part('day', $1) AS BIGINT)"},
    {"day_of_month", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('day', tr_local($1)) AS BIGINT)"},
    {"day_of_month", "(interval day to second) -> bigint", "tr_interval_day($1)"},
    {"day_of_week", "(date) -> bigint", "CAST(date_part('isodow', $1) AS BIGINT)",
     "The ISO day of the week, 1 for Monday to 7.", "day_of_week(DATE '2022-06-19')", "7"},
    {"day_of_week", "(timestamp(p)) -> bigint", "CAST(date_part('isodow', $1) AS BIGINT)"},
    {"day_of_week", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('isodow', tr_local($1)) AS BIGINT)"},
    {"dow", "(date) -> bigint", "CAST(date_part('isodow', $1) AS BIGINT)",
     "The same as day_of_week.", "dow(DATE '2022-06-15')", "3"},
    {"dow", "(timestamp(p)) -> bigint", "CAST(date_part('isodow', $1) AS BIGINT)"},
    {"dow", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('isodow', tr_local($1)) AS BIGINT)"},
    {"day_of_year", "(date) -> bigint", "CAST(date_part('dayofyear', $1) AS BIGINT)",
     "The day of the year, 1 to 366.", "day_of_year(DATE '2022-02-01')", "32"},
    {"day_of_year", "(timestamp(p)) -> bigint", "CAST(date_part('dayofyear', $1) AS BIGINT)"},
    {"day_of_year", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('dayofyear', tr_local($1)) AS BIGINT)"},
    {"doy", "(date) -> bigint", "CAST(date_part('dayofyear', $1) AS BIGINT)",
     "The same as day_of_year.", "doy(DATE '2022-01-01')", "1"},
    {"doy", "(timestamp(p)) -> bigint", "CAST(date_part('dayofyear', $1) AS BIGINT)"},
    {"doy", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('dayofyear', tr_local($1)) AS BIGINT)"},
    {"year_of_week", "(date) -> bigint", "CAST(date_part('isoyear', $1) AS BIGINT)",
     "The year of the ISO week.", "year_of_week(DATE '2022-01-01')", "2021"},
    {"year_of_week", "(timestamp(p)) -> bigint", "CAST(date_part('isoyear', $1) AS BIGINT)"},
    {"year_of_week", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('isoyear', tr_local($1)) AS BIGINT)"},
    {"yow", "(date) -> bigint", "CAST(date_part('isoyear', $1) AS BIGINT)",
     "The same as year_of_week.", "yow(DATE '2022-06-15')", "2022"},
    {"yow", "(timestamp(p)) -> bigint", "CAST(date_part('isoyear', $1) AS BIGINT)"},
    {"yow", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('isoyear', tr_local($1)) AS BIGINT)"},
    {"hour", "(time(p)) -> bigint", "CAST(date_part('hour', $1) AS BIGINT)", "The hour, 0 to 23.",
     "hour(INTERVAL '27' HOUR)", "3"},
    {"hour", "(timestamp(p)) -> bigint", "CAST(date_part('hour', $1) AS BIGINT)"},
    {"hour", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('hour', tr_local($1)) AS BIGINT)"},
    {"hour", "(interval day to second) -> bigint", "tr_interval_hour($1)"},
    {"minute", "(time(p)) -> bigint", "CAST(date_part('minute', $1) AS BIGINT)",
     "The minute, 0 to 59.", "minute(TIME '12:34:56')", "34"},
    {"minute", "(timestamp(p)) -> bigint", "CAST(date_part('minute', $1) AS BIGINT)"},
    {"minute", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('minute', tr_local($1)) AS BIGINT)"},
    {"minute", "(interval day to second) -> bigint", "tr_interval_minute($1)"},
    {"second", "(time(p)) -> bigint", "CAST(date_part('second', $1) AS BIGINT)",
     "The second, 0 to 59, without its fraction.", "second(TIME '12:34:56.7')", "56"},
    {"second", "(timestamp(p)) -> bigint", "CAST(date_part('second', $1) AS BIGINT)"},
    {"second", "(timestamp(p) with time zone) -> bigint",
     "CAST(date_part('second', tr_local($1)) AS BIGINT)"},
    {"second", "(interval day to second) -> bigint", "tr_interval_second($1)"},
    {"millisecond", "(time(p)) -> bigint", "(CAST(date_part('millisecond', $1) AS BIGINT) % 1000)",
     "The milliseconds of the second.", "millisecond(TIMESTAMP '2022-06-15 12:34:56.789')", "789"},
    {"millisecond", "(timestamp(p)) -> bigint",
     "(CAST(date_part('millisecond', $1) AS BIGINT) % 1000)"},
    {"millisecond", "(timestamp(p) with time zone) -> bigint",
     "(CAST(date_part('millisecond', tr_local($1)) AS BIGINT) % 1000)"},
    {"millisecond", "(interval day to second) -> bigint", "tr_interval_millisecond($1)"},
    {"timezone_hour", "(timestamp(p) with time zone) -> bigint", "tr_timezone_hour($1)",
     "The hours of a zone's offset.", "timezone_hour(TIMESTAMP '2020-01-01 00:00:00 -05:30')",
     "-5"},
    {"timezone_minute", "(timestamp(p) with time zone) -> bigint", "tr_timezone_minute($1)",
     "The minutes of a zone's offset.", "timezone_minute(TIMESTAMP '2020-01-01 00:00:00 -05:30')",
     "-30"},
    {"timezone", "(timestamp(p) with time zone) -> varchar", "tr_zone_name($1)",
     "The zone of a timestamp.", "timezone(TIMESTAMP '2020-01-01 00:00:00 Asia/Tokyo')",
     "Asia/Tokyo"},
    {"at_timezone", "(timestamp(p) with time zone, varchar) -> timestamp(p) with time zone",
     "tr_at_zone($1, $2)", "The same instant in another zone.",
     "at_timezone(TIMESTAMP '2020-06-01 12:00:00.000 UTC', 'America/Chicago')",
     "2020-06-01 07:00:00.000 America/Chicago"},
    {"with_timezone", "(timestamp(p), varchar) -> timestamp(p) with time zone", with_timezone,
     "A timestamp as one of a zone.",
     "with_timezone(TIMESTAMP '2020-06-01 12:00:00.000', 'Asia/Tokyo')",
     "2020-06-01 12:00:00.000 Asia/Tokyo"},
    {"from_unixtime", "(double) -> timestamp(3) with time zone", from_unixtime,
     "The instant of seconds since 1970, in UTC, a zone or an offset of hours and minutes.",
     "from_unixtime(1.5)", "1970-01-01 00:00:01.500 UTC"},
    {"from_unixtime", "(double, varchar) -> timestamp(3) with time zone", from_unixtime},
    {"from_unixtime", "(double, bigint, bigint) -> timestamp(3) with time zone",
     from_unixtime_offset},
    {"to_unixtime", "(timestamp(p)) -> double", "(CAST(epoch_us($1) AS DOUBLE) / 1e6)",
     "Seconds since 1970.", "to_unixtime(TIMESTAMP '1970-01-01 00:00:01.5')", "1.5"},
    {"to_unixtime", "(timestamp(p) with time zone) -> double",
     "(CAST(tr_instant_micros($1) AS DOUBLE) / 1e6)"},
    {"to_milliseconds", "(interval day to second) -> bigint", "$1",
     "The milliseconds of an interval.", "to_milliseconds(INTERVAL '1' MINUTE)", "60000"},
    {"parse_duration", "(varchar) -> interval day to second", "tr_parse_duration($1)",
     "The interval of a number with a unit.", "parse_duration('1.5m')", "0 00:01:30.000"},
    {"date_parse", "(varchar, varchar) -> timestamp(3)", "tr_date_parse($1, $2)",
     "The timestamp that a text is by a pattern of MySQL.",
     "date_parse('2022-03-04 05:06', '%Y-%m-%d %H:%i')", "2022-03-04 05:06:00.000"},
    {"date_format", "(timestamp(p), varchar) -> varchar", by_pattern,
     "A timestamp written by a pattern of MySQL.",
     "date_format(TIMESTAMP '2022-03-04 15:06:07', '%W %e %M %Y')", "Friday 4 March 2022"},
    {"date_format", "(timestamp(p) with time zone, varchar) -> varchar", by_pattern},
    {"format_datetime", "(timestamp(p), varchar) -> varchar", by_pattern,
     "A timestamp written by a pattern of Joda.",
     "format_datetime(TIMESTAMP '2022-03-04 15:06:07', 'yyyy/MM/dd HH')", "2022/03/04 15"},
    {"format_datetime", "(timestamp(p) with time zone, varchar) -> varchar", by_pattern},
    {"parse_datetime", "(varchar, varchar) -> timestamp(3) with time zone",
     "tr_parse_datetime($1, $2)", "The timestamp that a text is by a pattern of Joda.",
     "parse_datetime('01/02/2022 03:04', 'MM/dd/yyyy HH:mm')", "2022-01-02 03:04:00.000 UTC"},
    {"from_iso8601_timestamp", "(varchar) -> timestamp(3) with time zone",
     "tr_from_iso8601_timestamp($1)", "The timestamp of a text by ISO 8601.",
     "from_iso8601_timestamp('2020-05-11T11:15:05Z')", "2020-05-11 11:15:05.000 UTC"},
    {"from_iso8601_date", "(varchar) -> date", "tr_to_date($1)", "The day of a text by ISO 8601.",
     "from_iso8601_date('2020-05-11')", "2020-05-11"},
    {"to_iso8601", "(date) -> varchar", "tr_date_text($1)", "A time written by ISO 8601.",
     "to_iso8601(DATE '2020-05-11')", "2020-05-11"},
    {"to_iso8601", "(timestamp(p)) -> varchar", to_iso8601},
    {"to_iso8601", "(timestamp(p) with time zone) -> varchar", to_iso8601},
};

constexpr FunctionRow refused[] = {
    {"current_time", "() -> time(3)", now},
};

}  // namespace

std::span<const FunctionRow> time_functions() { return rows; }
std::span<const FunctionRow> refused_functions() { return refused; }

}  // namespace freshet::sql::trino
