// How a C++ type is kept in a column: its SQL type, its value as a parameter, its value read from a
// row. Statements written by hand take their parameters from values() and give typed rows to
// each(), so that no store counts columns. Everything here runs inside a transaction's callback.
#pragma once
#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/check.h"
#include "base/resource.h"
#include "base/strong.h"
#include "base/time.h"
#include "meta/database.h"

namespace freshet::meta {

/// `type`, `is_nullable`, `value(T)` and `read(row, column)` of a type that a column can hold.
template <class T>
struct Cell;

template <class T>
    requires std::integral<T> || std::is_enum_v<T>
struct Cell<T> {
    static constexpr std::string_view type = "INTEGER";
    static constexpr bool is_nullable = false;
    static Value value(T number) { return static_cast<std::int64_t>(number); }
    static T read(const Row& row, int column) {
        if constexpr (std::same_as<T, bool>) return row.integer(column) != 0;
        return static_cast<T>(row.integer(column));
    }
};

template <>
struct Cell<double> {
    static constexpr std::string_view type = "REAL";
    static constexpr bool is_nullable = false;
    static Value value(double number) { return number; }
    static double read(const Row& row, int column) { return row.real(column); }
};

template <>
struct Cell<std::string> {
    static constexpr std::string_view type = "TEXT";
    static constexpr bool is_nullable = false;
    static Value value(const std::string& text) { return text; }
    static std::string read(const Row& row, int column) { return row.text(column); }
};

template <>
struct Cell<Bytes> {
    static constexpr std::string_view type = "BLOB";
    static constexpr bool is_nullable = false;
    static Value value(const Bytes& bytes) { return bytes; }
    static Bytes read(const Row& row, int column) { return Bytes::own(row.blob(column)); }
};

/// Milliseconds since 1970; the column's name ends in _ms.
template <>
struct Cell<Timestamp> {
    static constexpr std::string_view type = "INTEGER";
    static constexpr bool is_nullable = false;
    static Value value(Timestamp time) { return to_epoch_ms(time); }
    static Timestamp read(const Row& row, int column) { return from_epoch_ms(row.integer(column)); }
};

template <>
struct Cell<Millis> {
    static constexpr std::string_view type = "INTEGER";
    static constexpr bool is_nullable = false;
    static Value value(Millis time) { return std::int64_t{time.count()}; }
    static Millis read(const Row& row, int column) { return Millis(row.integer(column)); }
};

template <class T, class Tag>
struct Cell<Strong<T, Tag>> {
    static constexpr std::string_view type = Cell<T>::type;
    static constexpr bool is_nullable = Cell<T>::is_nullable;
    static Value value(const Strong<T, Tag>& id) { return Cell<T>::value(*id); }
    static Strong<T, Tag> read(const Row& row, int column) {
        return Strong<T, Tag>(Cell<T>::read(row, column));
    }
};

template <class T>
struct Cell<std::optional<T>> {
    static constexpr std::string_view type = Cell<T>::type;
    static constexpr bool is_nullable = true;
    static Value value(const std::optional<T>& held) {
        return held ? Cell<T>::value(*held) : Value();
    }
    static std::optional<T> read(const Row& row, int column) {
        if (row.is_null(column)) return std::nullopt;
        return Cell<T>::read(row, column);
    }
};

inline void append_value(std::vector<Value>& values, const Home& home) {
    values.emplace_back(home.account);
    values.emplace_back(home.region);
}
template <class Kind>
void append_value(std::vector<Value>& values, const ResourceName<Kind>& name) {
    append_value(values, name.home);
    values.emplace_back(name.name);
}
template <class T>
void append_value(std::vector<Value>& values, const T& item) {
    if constexpr (std::same_as<T, Value>) {
        values.push_back(item);
    } else if constexpr (std::convertible_to<const T&, std::string>) {
        values.emplace_back(std::string(item));
    } else {
        values.push_back(Cell<T>::value(item));
    }
}

/// Parameters ?1, ?2... of a statement; a Home is two of them, a ResourceName three.
template <class... T>
std::vector<Value> values(const T&... items) {
    std::vector<Value> all;
    all.reserve(sizeof...(T) + 2);
    (append_value(all, items), ...);
    return all;
}

namespace detail {

template <class Each, class Result, class... Cells, std::size_t... At>
bool read_into(Each& each, const Row& row, Result (Each::*)(Cells...) const,
               std::index_sequence<At...>) {
    FRESHET_CHECK(row.columns() == int{sizeof...(Cells)});
    const auto call = [&] {
        return each(Cell<std::decay_t<Cells>>::read(row, static_cast<int>(At))...);
    };
    if constexpr (std::is_void_v<Result>)
        return call(), true;
    else
        return call();
}

template <class Each, class Result, class... Cells>
constexpr std::size_t columns_of(Result (Each::*)(Cells...) const) {
    return sizeof...(Cells);
}

}  // namespace detail

/// Calls `each` with the columns of every row, as the types of its parameters, until it returns
/// false; one that returns nothing sees all rows.
template <class Each>
Result<> each(const Connection& connection, std::string_view sql,
              const std::vector<Value>& parameters, Each each) {
    constexpr auto call = &Each::operator();
    return connection.query(sql, parameters, [&](const Row& row) {
        return detail::read_into(each, row, call,
                                 std::make_index_sequence<detail::columns_of(call)>());
    });
}

namespace detail {

template <class Make, class Item, class... Cells>
Result<std::vector<Item>> collect(const Connection& connection, std::string_view sql,
                                  const std::vector<Value>& parameters, Make& make,
                                  Item (Make::*)(Cells...) const) {
    std::vector<Item> all;
    auto read = each(connection, sql, parameters,
                     [&](Cells... cells) { all.push_back(make(std::forward<Cells>(cells)...)); });
    if (!read) return pass(read);
    return all;
}

}  // namespace detail

/// What `make` makes of the columns of every row.
template <class Make>
auto collect(const Connection& connection, std::string_view sql,
             const std::vector<Value>& parameters, Make make) {
    return detail::collect(connection, sql, parameters, make, &Make::operator());
}

/// The first column of all rows.
template <class T>
Result<std::vector<T>> list(const Connection& connection, std::string_view sql,
                            const std::vector<Value>& parameters) {
    return collect(connection, sql, parameters, [](T item) { return item; });
}

/// The first column of the first row; nothing when there is no row.
template <class T>
Result<std::optional<T>> first(const Connection& connection, std::string_view sql,
                               const std::vector<Value>& parameters) {
    std::optional<T> found;
    auto read = each(connection, sql, parameters, [&](T item) {
        found = std::move(item);
        return false;
    });
    if (!read) return pass(read);
    return found;
}

}  // namespace freshet::meta
