// Trino's types: their names, Hive's names for them, what coerces to what.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::sql::trino {

enum class TypeKind {
    unknown,  ///< of NULL
    boolean,
    tinyint,
    smallint,
    integer,
    bigint,
    real,
    double_,
    decimal,
    varchar,
    char_,
    varbinary,
    date,
    time,
    timestamp,
    timestamp_tz,
    interval_months,
    interval_millis,
    json,
    uuid,
    array,
    map,
    row,
    function  ///< of a lambda
};

struct Type {
    TypeKind kind = TypeKind::unknown;
    int precision = 0;  ///< decimal; varchar(n), -1 unbounded; digits of a second
    int scale = 0;
    std::vector<Type> arguments = {};     ///< element; key and value; fields
    std::vector<std::string> names = {};  ///< of a row's fields; "" when anonymous

    /// "decimal(10,2)", "array(row(a integer))", "timestamp(3) with time zone"
    std::string name() const;
    friend bool operator==(const Type&, const Type&) = default;

    bool is(TypeKind k) const { return kind == k; }
    bool is_integer() const { return kind >= TypeKind::tinyint && kind <= TypeKind::bigint; }
    bool is_floating() const { return kind == TypeKind::real || kind == TypeKind::double_; }
    bool is_numeric() const { return kind >= TypeKind::tinyint && kind <= TypeKind::decimal; }
    bool is_text() const { return kind == TypeKind::varchar || kind == TypeKind::char_; }
    bool is_interval() const {
        return kind == TypeKind::interval_months || kind == TypeKind::interval_millis;
    }
};

inline Type make_type(TypeKind kind) { return Type{kind}; }
inline Type varchar_type(int length = -1) { return Type{TypeKind::varchar, length}; }
inline Type decimal_type(int precision, int scale) {
    return Type{TypeKind::decimal, precision, scale};
}
inline Type time_type(int digits = 3) { return Type{TypeKind::time, digits}; }
inline Type timestamp_type(int digits = 3) { return Type{TypeKind::timestamp, digits}; }
inline Type timestamp_tz_type(int digits = 3) { return Type{TypeKind::timestamp_tz, digits}; }
inline Type array_type(Type element) { return Type{TypeKind::array, 0, 0, {std::move(element)}}; }
inline Type map_type(Type key, Type value) {
    return Type{TypeKind::map, 0, 0, {std::move(key), std::move(value)}};
}

/// The simple types by Trino's name, in any case: "bigint", "double", "varchar". Not decimal or
/// nested.
std::optional<TypeKind> simple_type(std::string_view lower);
/// A whole Hive type: "array<struct<a:int,b:string>>". nullopt when it is none or not built.
std::optional<Type> parse_hive_type(std::string_view text);
/// "string" for varchar, "int" for integer.
std::string hive_name(const Type& type);

/// Whether `from` becomes `to` without CAST.
bool coerces(const Type& from, const Type& to);
/// The type that both coerce to.
std::optional<Type> common_type(const Type& a, const Type& b);
/// The type that the engine keeps it in: "TIMESTAMP", "STRUCT(f0 INTEGER)". "" when it has none.
std::string engine_type(const Type& type);
/// The decimal type that holds every value of an integer type.
Type decimal_of_integer(const Type& type);
bool is_comparable(const Type& type);
bool is_orderable(const Type& type);

/// A SQL name in double quotes.
std::string quote_name(std::string_view name);
/// Text in single quotes.
std::string quote_text(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace freshet::sql::trino
