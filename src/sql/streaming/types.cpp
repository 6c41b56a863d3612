// The rules of types (SQL reference, "Data types", "Numeric types and precision", CAST).
#include <algorithm>

#include "sql/streaming/binder.h"

namespace freshet::sql::streaming {
namespace {

using record::Kind;
using record::Type;

int digits_of(const Type& type) {
    switch (type.kind) {
        case Kind::tinyint:
            return 3;
        case Kind::smallint:
            return 5;
        case Kind::integer:
            return 10;
        case Kind::bigint:
            return 18;
        case Kind::decimal:
            return type.size;
        case Kind::null:
        case Kind::boolean:
        case Kind::real:
        case Kind::dbl:
        case Kind::character:
        case Kind::varchar:
        case Kind::varbinary:
        case Kind::date:
        case Kind::time:
        case Kind::timestamp:
        case Kind::interval:
            return 0;
    }
    return 0;
}

bool is_approximate(Kind kind) { return kind == Kind::real || kind == Kind::dbl; }

Type decimal(int digits, int scale) {
    scale = std::min(scale, record::decimal_digits_max);
    return {Kind::decimal, std::clamp(digits, std::max(scale, 1), record::decimal_digits_max),
            scale};
}

}  // namespace

bool Typed::operator==(const Typed& other) const {
    return op == other.op && type == other.type && args == other.args && links == other.links &&
           column == other.column && function == other.function &&
           interval.ms == other.interval.ms && interval.months == other.interval.months &&
           unit == other.unit && pattern == other.pattern && escape == other.escape &&
           is_similar == other.is_similar && is_null == other.is_null && integer == other.integer &&
           real == other.real && text == other.text;
}

Typed node(Op op, Type type, Position at, std::vector<Typed> args) {
    Typed made;
    made.op = op;
    made.type = type;
    made.at = at;
    made.args = std::move(args);
    return made;
}

std::optional<Type> common_type(const Type& a, const Type& b) {
    if (a.kind == Kind::null) return b;
    if (b.kind == Kind::null) return a;
    if (record::is_text(a.kind) && record::is_text(b.kind)) {
        const bool are_both_fixed = a.kind == Kind::character && b.kind == Kind::character;
        return Type{are_both_fixed ? Kind::character : Kind::varchar, std::max(a.size, b.size), 0};
    }
    if (record::is_numeric(a.kind) && record::is_numeric(b.kind)) {
        if (is_approximate(a.kind) || is_approximate(b.kind)) return Type{Kind::dbl, 0, 0};
        if (record::is_integer(a.kind) && record::is_integer(b.kind))
            return Type{std::max(a.kind, b.kind), 0, 0};
        const int whole = std::max(digits_of(a) - a.scale, digits_of(b) - b.scale);
        const int scale = std::max(a.scale, b.scale);
        // What 18 digits cannot hold is compared as DOUBLE rather than refused at run time.
        if (whole + scale > record::decimal_digits_max) return Type{Kind::dbl, 0, 0};
        return decimal(whole + scale, scale);
    }
    if (a.kind == b.kind) return Type{a.kind, std::max(a.size, b.size), std::max(a.scale, b.scale)};
    const auto is_day = [](Kind kind) { return kind == Kind::date || kind == Kind::timestamp; };
    if (is_day(a.kind) && is_day(b.kind)) return timestamp_type;
    return std::nullopt;
}

Typed coerced(Typed value, const Type& type) {
    if (value.op == Op::constant && value.is_null) {
        value.type = type;
        return value;
    }
    if (value.type == type) return value;
    if (record::is_text(type.kind) && value.type.kind == type.kind &&
        value.type.size <= type.size && type.kind == Kind::varchar) {
        return value;
    }
    const Position at = value.at;
    std::vector<Typed> args;
    args.push_back(std::move(value));
    return node(Op::cast, type, at, std::move(args));
}

bool is_castable(Kind from, Kind to) {
    if (from == Kind::null || from == to) return true;
    if (record::is_text(from)) return to != Kind::varbinary && to != Kind::null;
    if (record::is_text(to)) return from != Kind::varbinary;
    if (record::is_numeric(from)) return record::is_numeric(to);
    if (from == Kind::date) return to == Kind::timestamp;
    if (from == Kind::time) return to == Kind::timestamp;
    if (from == Kind::timestamp) return to == Kind::date || to == Kind::time;
    return from == Kind::interval && (to == Kind::bigint || to == Kind::decimal);
}

bool is_assignable(const Type& from, const Type& to) {
    if (from.kind == Kind::null) return true;
    if (from.kind == Kind::interval || to.kind == Kind::interval) return false;
    return common_type(from, to).has_value() &&
           !(from.kind == Kind::timestamp && to.kind == Kind::date);
}

std::optional<Type> arithmetic_type(Op op, const Type& a, const Type& b) {
    const bool is_sum = op == Op::add || op == Op::subtract;
    if (record::is_numeric(a.kind) && record::is_numeric(b.kind)) {
        if (is_approximate(a.kind) || is_approximate(b.kind)) return Type{Kind::dbl, 0, 0};
        if (record::is_integer(a.kind) && record::is_integer(b.kind))
            return Type{std::max(a.kind, b.kind), 0, 0};
        const int p1 = digits_of(a), p2 = digits_of(b);
        if (is_sum) {
            const int scale = std::max(a.scale, b.scale);
            return decimal(std::max(p1 - a.scale, p2 - b.scale) + scale + 1, scale);
        }
        if (op == Op::multiply) return decimal(p1 + p2, a.scale + b.scale);
        const int whole = p1 - a.scale + b.scale;
        const int wanted = std::max(6, a.scale + p2 + 1);
        const int scale = std::max(std::min(wanted, record::decimal_digits_max - whole), a.scale);
        return decimal(whole + scale, scale);
    }
    const bool is_left_time = record::is_datetime(a.kind),
               is_right_time = record::is_datetime(b.kind);
    if (is_sum && is_left_time && b.kind == Kind::interval) return a;
    if (op == Op::add && is_right_time && a.kind == Kind::interval) return b;
    const Type interval{Kind::interval, 0, 0};
    if (op == Op::subtract && is_left_time && is_right_time &&
        (a.kind == Kind::time) == (b.kind == Kind::time))
        return interval;
    if (is_sum && a.kind == Kind::interval && b.kind == Kind::interval) return interval;
    if (!is_sum && a.kind == Kind::interval && record::is_numeric(b.kind)) return interval;
    if (op == Op::multiply && b.kind == Kind::interval && record::is_numeric(a.kind))
        return interval;
    return std::nullopt;
}

Typed compared(Op op, Typed left, Typed right) {
    const Type type = common_type(left.type, right.type).value_or(left.type);
    const Position at = left.at;
    std::vector<Typed> args;
    args.push_back(coerced(std::move(left), type));
    args.push_back(coerced(std::move(right), type));
    return node(op, boolean_type, at, std::move(args));
}

}  // namespace freshet::sql::streaming
