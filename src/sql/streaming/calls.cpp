// The scalar functions: names, arguments, types (SQL reference, "SQL functions").
#include <fmt/format.h>

#include <algorithm>

#include "sql/streaming/binder.h"

namespace freshet::sql::streaming {
namespace {

using record::Kind;
using record::Type;

/// What an argument must be. `same`: of the first argument's family.
enum class Wants { number, integer, text, datetime, timestamp, date, time, any, same };
/// What comes out.
enum class Gives { first, dbl, bigint, text, timestamp, date, time, number };

struct Signature {
    std::string_view name;
    Function function;
    std::vector<Wants> args;
    std::size_t required;  ///< of `args`
    Gives gives;
};

const std::vector<Signature>& signatures() {
    using enum Wants;
    static const std::vector<Signature> all{
        {"ABS", Function::abs, {number}, 1, Gives::first},
        {"CEIL", Function::ceil, {number}, 1, Gives::number},
        {"CEILING", Function::ceil, {number}, 1, Gives::number},
        {"EXP", Function::exp, {number}, 1, Gives::dbl},
        {"FLOOR", Function::floor, {number}, 1, Gives::number},
        {"LN", Function::ln, {number}, 1, Gives::dbl},
        {"LOG10", Function::log10, {number}, 1, Gives::dbl},
        {"MOD", Function::mod, {integer, integer}, 2, Gives::first},
        {"POWER", Function::power, {number, number}, 2, Gives::dbl},
        {"SQRT", Function::sqrt, {number}, 1, Gives::dbl},
        {"STEP", Function::step_number, {integer, integer}, 2, Gives::first},
        {"CHAR_LENGTH", Function::char_length, {text}, 1, Gives::bigint},
        {"CHARACTER_LENGTH", Function::char_length, {text}, 1, Gives::bigint},
        {"INITCAP", Function::initcap, {text}, 1, Gives::first},
        {"LOWER", Function::lower, {text}, 1, Gives::first},
        {"UPPER", Function::upper, {text}, 1, Gives::first},
        {"TRIM", Function::trim, {text, text}, 2, Gives::text},
        {"POSITION", Function::position, {text, text}, 2, Gives::bigint},
        {"OVERLAY", Function::overlay, {text, text, integer, integer}, 3, Gives::text},
        {"SUBSTRING", Function::substring, {text, integer, integer}, 2, Gives::text},
        {"REGEX_REPLACE",
         Function::regex_replace,
         {text, text, text, integer, integer},
         5,
         Gives::text},
        {"CHAR_TO_TIMESTAMP", Function::char_to_timestamp, {text, text}, 2, Gives::timestamp},
        {"CHAR_TO_DATE", Function::char_to_date, {text, text}, 2, Gives::date},
        {"CHAR_TO_TIME", Function::char_to_time, {text, text}, 2, Gives::time},
        {"TIMESTAMP_TO_CHAR", Function::time_to_char, {text, timestamp}, 2, Gives::text},
        {"DATE_TO_CHAR", Function::time_to_char, {text, date}, 2, Gives::text},
        {"TIME_TO_CHAR", Function::time_to_char, {text, time}, 2, Gives::text},
        {"TO_TIMESTAMP", Function::to_timestamp, {integer}, 1, Gives::timestamp},
        {"UNIX_TIMESTAMP", Function::unix_timestamp, {timestamp}, 1, Gives::bigint},
        {"TSDIFF", Function::tsdiff, {any, same}, 2, Gives::bigint},
    };
    return all;
}

const char* name_of(Wants wants) {
    switch (wants) {
        case Wants::number:
            return "a number";
        case Wants::integer:
            return "an integer";
        case Wants::text:
            return "a text";
        case Wants::datetime:
            return "a DATE, TIME or TIMESTAMP";
        case Wants::timestamp:
            return "a TIMESTAMP";
        case Wants::date:
            return "a DATE";
        case Wants::time:
            return "a TIME";
        case Wants::any:
            return "a value";
        case Wants::same:
            return "a value of the same type";
    }
    return "?";
}

bool takes(Wants wants, const Type& type, const Type& first) {
    if (type.kind == Kind::null) return true;
    switch (wants) {
        case Wants::number:
            return record::is_numeric(type.kind);
        case Wants::integer:
            return record::is_integer(type.kind);
        case Wants::text:
            return record::is_text(type.kind);
        case Wants::datetime:
            return record::is_datetime(type.kind);
        case Wants::timestamp:
            return type.kind == Kind::timestamp;
        case Wants::date:
            return type.kind == Kind::date;
        case Wants::time:
            return type.kind == Kind::time;
        case Wants::any:
            return true;
        case Wants::same:
            return common_type(type, first).has_value();
    }
    return false;
}

Type default_type(Wants wants) {
    switch (wants) {
        case Wants::number:
        case Wants::integer:
        case Wants::any:
        case Wants::same:
            return bigint_type;
        case Wants::text:
            return {Kind::varchar, 1, 0};
        case Wants::datetime:
        case Wants::timestamp:
            return timestamp_type;
        case Wants::date:
            return {Kind::date, 0, 0};
        case Wants::time:
            return {Kind::time, 0, 0};
    }
    return bigint_type;
}

Type result_type(const Signature& signature, const std::vector<Typed>& args) {
    const Type first = args[0].type;
    switch (signature.gives) {
        case Gives::first:
            return first;
        case Gives::number:
            return first.kind == Kind::decimal ? Type{Kind::decimal, record::decimal_digits_max, 0}
                                               : first;
        case Gives::dbl:
            return {Kind::dbl, 0, 0};
        case Gives::bigint:
            return bigint_type;
        case Gives::timestamp:
            return timestamp_type;
        case Gives::date:
            return {Kind::date, 0, 0};
        case Gives::time:
            return {Kind::time, 0, 0};
        case Gives::text:
            break;
    }
    int size = first.size;
    if (signature.function == Function::overlay) size += args[1].type.size;
    if (signature.function == Function::regex_replace) size = record::text_size_max;
    if (signature.function == Function::time_to_char) size = std::max(first.size * 2, 64);
    return {Kind::varchar, std::clamp(size, 1, record::text_size_max), 0};
}

Checked<Typed> bind_time_unit(const Expr& expr, std::vector<Typed> args) {
    constexpr std::string_view units[] = {"YEAR",   "MONTH", "DAY",     "HOUR",       "MINUTE",
                                          "SECOND", "WEEK",  "QUARTER", "MILLISECOND"};
    if (std::ranges::find(units, expr.unit) == std::end(units))
        return wrong(expr.at,
                     fmt::format("'{}' is not a unit of time that {} takes", expr.unit, expr.text));
    const Type type = args[0].type;
    const bool is_extract = expr.text == "EXTRACT";
    constexpr std::string_view of_interval[] = {"DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND"};
    const bool is_interval = type.kind == Kind::interval;
    if (is_interval && std::ranges::find(of_interval, expr.unit) == std::end(of_interval))
        return wrong(expr.at, fmt::format("an interval of days to seconds has no {}", expr.unit));
    if (!record::is_datetime(type.kind) && !is_interval)
        return wrong(expr.at,
                     fmt::format("{} takes a DATE, TIME, TIMESTAMP or INTERVAL, this is {}",
                                 expr.text, to_string(type)));
    Typed made = node(Op::call, is_extract ? bigint_type : type, expr.at, std::move(args));
    made.function = is_extract             ? Function::extract
                    : expr.text == "FLOOR" ? Function::floor_time
                                           : Function::ceil_time;
    made.unit = expr.unit;
    return made;
}

Checked<Typed> bind_step(const Expr& expr, std::vector<Typed> args) {
    if (args[1].op != Op::constant || args[1].type.kind != Kind::interval)
        return wrong(expr.args[1]->at, "STEP of a time is BY INTERVAL '...' and a unit");
    if (args[1].interval.ms <= 0 && args[1].interval.months <= 0)
        return wrong(expr.args[1]->at, "the interval of STEP is longer than nothing");
    Typed made = node(Op::call, args[0].type, expr.at, {});
    made.function = Function::step_time;
    made.interval = args[1].interval;
    made.args.push_back(std::move(args[0]));
    return made;
}

Checked<Typed> bind_coalesce(const Expr& expr, std::vector<Typed> args) {
    const bool is_null_if = expr.text == "NULLIF";
    if (args.size() < 2 || (is_null_if && args.size() > 2))
        return wrong(expr.at, fmt::format("{} takes {}", expr.text,
                                          is_null_if ? "two values" : "two or more values"));
    Type type;
    for (const Typed& arg : args) {
        const auto both = common_type(type, arg.type);
        if (!both)
            return wrong(arg.at, fmt::format("{} is given {} and {}; CAST one of them", expr.text,
                                             to_string(type), to_string(arg.type)));
        type = *both;
    }
    for (Typed& arg : args) arg = coerced(std::move(arg), type);
    Typed made = node(Op::call, type, expr.at, std::move(args));
    made.function = is_null_if ? Function::null_if : Function::coalesce;
    return made;
}

/// CURRENT_TIMESTAMP and its kin: fixed when the application starts; CURRENT_ROW_TIMESTAMP is the
/// row's ROWTIME.
std::optional<Typed> bare_time(const Expr& expr) {
    const std::string& name = expr.text;
    if (name == "CURRENT_ROW_TIMESTAMP") return node(Op::rowtime, timestamp_type, expr.at, {});
    if (name == "CURRENT_TIMESTAMP" || name == "LOCALTIMESTAMP")
        return node(Op::started, timestamp_type, expr.at, {});
    if (name == "CURRENT_DATE") return node(Op::started, {Kind::date, 0, 0}, expr.at, {});
    if (name == "CURRENT_TIME" || name == "LOCALTIME")
        return node(Op::started, {Kind::time, 0, 0}, expr.at, {});
    return std::nullopt;
}

}  // namespace

bool is_aggregate(const std::string& function) {
    constexpr std::string_view names[] = {"COUNT", "SUM", "AVG", "MIN", "MAX"};
    return std::ranges::find(names, function) != std::end(names);
}

Checked<Typed> bind_call(const Expr& expr, std::vector<Typed> args) {
    if (expr.is_star || expr.is_distinct)
        return wrong(expr.at, fmt::format("{} takes neither '*' nor DISTINCT", expr.text));
    if (auto time = bare_time(expr); time && args.empty()) return std::move(*time);
    if (!expr.unit.empty() &&
        (expr.text == "EXTRACT" || expr.text.starts_with("CEIL") || expr.text == "FLOOR"))
        return bind_time_unit(expr, std::move(args));
    if (expr.text == "STEP" && record::is_datetime(args[0].type.kind))
        return bind_step(expr, std::move(args));
    if (expr.text == "COALESCE" || expr.text == "NULLIF")
        return bind_coalesce(expr, std::move(args));
    const auto found = std::ranges::find(signatures(), expr.text, &Signature::name);
    if (found == signatures().end())
        return wrong(expr.at, fmt::format("Freshet does not build the function {}", expr.text));
    if (args.size() < found->required || args.size() > found->args.size())
        return wrong(expr.at, fmt::format("{} takes {} arguments, here are {}", expr.text,
                                          found->required, args.size()));
    for (std::size_t i = 0; i < args.size(); ++i) {
        if (!takes(found->args[i], args[i].type, args[0].type))
            return wrong(args[i].at,
                         fmt::format("argument {} of {} is {}, this is {}", i + 1, expr.text,
                                     name_of(found->args[i]), to_string(args[i].type)));
        if (args[i].type.kind == Kind::null) args[i].type = default_type(found->args[i]);
    }
    const Type type = result_type(*found, args);
    Typed made = node(Op::call, type, expr.at, std::move(args));
    made.function = found->function;
    if (expr.text == "SUBSTRING" && expr.unit == "FROM") made.function = Function::substring_from;
    if (expr.text == "TRIM") made.unit = expr.unit;
    return made;
}

}  // namespace freshet::sql::streaming
