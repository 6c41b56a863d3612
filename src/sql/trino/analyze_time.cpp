// Dates, timestamps and intervals: arithmetic, parts, date_trunc, date_add, date_diff, time zones.
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "sql/trino/analysis.h"
#include "sql/trino/bind_once.h"
#include "sql/trino/cast.h"
#include "sql/trino/parse/parser.h"

namespace freshet::sql::trino {
namespace {

bool is_temporal(const Type& type) {
    return type.is(TypeKind::date) || type.is(TypeKind::time) || type.is(TypeKind::timestamp) ||
           type.is(TypeKind::timestamp_tz);
}

/// x - y in milliseconds; of days for dates.
std::string difference(const Type& type, const std::string& x, const std::string& y) {
    if (type.is(TypeKind::date))
        return "(CAST(date_diff('day', " + y + ", " + x + ") AS BIGINT) * 86400000)";
    const std::string micros = type.is(TypeKind::timestamp) ? "epoch_us("
                               : type.is(TypeKind::time)    ? "tr_micros_of_time("
                                                            : "tr_instant_micros(";
    return "tr_rounded_millis(" + micros + x + ") - " + micros + y + "))";
}

}  // namespace

Typed moved(const Typed& v, const std::string& months, const std::string& millis) {
    Typed made{"", v.type};
    made.is_utc = v.is_utc;
    const bool is_by_months = millis.empty();
    if (!is_by_months && !v.type.is(TypeKind::date))
        made.type.precision = std::max(3, v.type.precision);
    const std::string after = is_by_months ? " + to_months(CAST(" + months + " AS INTEGER))"
                                           : " + to_microseconds(" + millis + " * 1000)";
    if (v.type.is(TypeKind::timestamp_tz)) {
        made.sql = !is_by_months
                       ? "tr_zoned_plus(" + v.sql + ", " + millis + ")"
                       : bind_once({v.sql, months}, [](const std::vector<std::string>& names) {
                             return "tr_rezone(" + names[0] + ", tr_local(" + names[0] +
                                    ") + to_months(CAST(" + names[1] + " AS INTEGER)))";
                         });
    } else if (v.type.is(TypeKind::date)) {
        made.sql = is_by_months ? "CAST(" + v.sql + after + " AS DATE)"
                                : "tr_date_plus(" + v.sql + ", " + millis + ")";
    } else if (v.type.is(TypeKind::time)) {
        made.sql = "tr_time_plus(" + v.sql + ", " + millis + ")";
    } else {
        made.sql = "(" + v.sql + after + ")";
    }
    return made;
}

Typed fitted(Typed v, const Type& type) {
    if (v.type == type) return v;
    const bool is_utc = v.is_utc;
    auto made = cast_value(v, type, false, Position{});
    FRESHET_CHECK(made.has_value());
    made->is_utc = is_utc;
    return std::move(*made);
}

SyntaxResult<Typed> Analysis::time_arithmetic(const std::string& op, const Typed& left,
                                              const Typed& right, Position at) {
    const Type &a = left.type, &b = right.type;
    if (op == "-" && is_temporal(a) && is_temporal(b)) {
        const auto common = common_type(a, b);
        if (common)
            return Typed{difference(*common, coerce(left, *common).sql, coerce(right, *common).sql),
                         make_type(TypeKind::interval_millis)};
    }
    const bool is_interval_last = is_temporal(a) && b.is_interval() && (op == "+" || op == "-");
    const bool is_interval_first = a.is_interval() && is_temporal(b) && op == "+";
    if (is_interval_last || is_interval_first) {
        const Typed& point = is_interval_last ? left : right;
        const Typed& interval = is_interval_last ? right : left;
        const bool is_by_months = interval.type.is(TypeKind::interval_months);
        if (is_by_months && point.type.is(TypeKind::time))
            return std::unexpected(mismatch_error(
                at, "Cannot apply operator: " + a.name() + " " + op + " " + b.name()));
        const std::string amount = op == "-" ? "(- " + interval.sql + ")" : interval.sql;
        return is_by_months ? moved(point, amount, "") : moved(point, "", amount);
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

/// EXTRACT: a part's function. It takes no type that the function takes by a coercion.
SyntaxResult<Typed> Analysis::part_of(const Expr& expr, const Typed& v) {
    using Kinds = std::vector<TypeKind>;
    constexpr auto date = TypeKind::date, time = TypeKind::time, timestamp = TypeKind::timestamp,
                   zoned = TypeKind::timestamp_tz, months = TypeKind::interval_months,
                   millis = TypeKind::interval_millis;
    static const std::map<std::string, Kinds> parts = {
        {"year", {date, timestamp, zoned, months}},
        {"month", {date, timestamp, zoned, months}},
        {"day", {date, timestamp, zoned, millis}},
        {"quarter", {date, timestamp, zoned}},
        {"week", {date, timestamp, zoned}},
        {"day_of_month", {date, timestamp, zoned}},
        {"day_of_week", {date, timestamp, zoned}},
        {"dow", {date, timestamp, zoned}},
        {"day_of_year", {date, timestamp, zoned}},
        {"doy", {date, timestamp, zoned}},
        {"year_of_week", {date, timestamp, zoned}},
        {"yow", {date, timestamp, zoned}},
        {"hour", {time, timestamp, zoned, millis}},
        {"minute", {time, timestamp, zoned, millis}},
        {"second", {time, timestamp, zoned, millis}},
        {"timezone_hour", {zoned}},
        {"timezone_minute", {zoned}},
    };
    const auto part = parts.find(expr.text);
    if (part == parts.end())
        return std::unexpected(SyntaxError{expr.at, "Invalid EXTRACT field: " + expr.text});
    if (std::ranges::find(part->second, v.type.kind) == part->second.end()) {
        std::string shown = expr.text;
        for (char& c : shown) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        return std::unexpected(mismatch_error(
            expr.arguments[0]->at, "Cannot extract " + shown + " from " + v.type.name()));
    }
    Expr call;
    call.kind = ExprKind::call;
    call.at = expr.at;
    call.text = expr.text;
    return registered_call(call, {v}, "");
}

SyntaxResult<Typed> Analysis::at_time_zone(const Expr& expr, const Scope& scope) {
    FRESHET_TRY(pair, values_of(expr.arguments, scope));
    Typed v = (*pair)[0];
    if (v.type.is(TypeKind::timestamp)) v = coerce(v, timestamp_tz_type(v.type.precision));
    if (!v.type.is(TypeKind::timestamp_tz) || !(*pair)[1].type.is(TypeKind::varchar)) {
        return std::unexpected(mismatch_error(
            expr.at,
            "Type of value must be a time or timestamp with or without time zone (actual " +
                v.type.name() + ")"));
    }
    return Typed{"tr_at_zone(" + v.sql + ", " + (*pair)[1].sql + ")", v.type};
}

}  // namespace freshet::sql::trino
