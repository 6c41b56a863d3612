// The value of an attribute, the ten types of DynamoDB, and the item that holds them.
#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tables/decimal.h"

namespace freshet::tables {

struct Value;

struct Null {
    bool operator==(const Null&) const = default;
};
struct Binary {
    std::string bytes;
    auto operator<=>(const Binary&) const = default;
};
using StringSet = std::set<std::string>;
using NumberSet = std::set<Decimal>;
using BinarySet = std::set<Binary>;
using List = std::vector<Value>;
using Map = std::map<std::string, Value, std::less<>>;
/// An item is the map of its attributes.
using Item = Map;

/// In the order of Value's alternatives.
enum class Kind : unsigned char {
    string,
    number,
    binary,
    boolean,
    null,
    string_set,
    number_set,
    binary_set,
    list,
    map
};

struct Value {
    std::variant<std::string, Decimal, Binary, bool, Null, StringSet, NumberSet, BinarySet, List,
                 Map>
        held;

    Kind kind() const { return static_cast<Kind>(held.index()); }
    template <class T>
    const T* as() const {
        return std::get_if<T>(&held);
    }
    template <class T>
    T* as() {
        return std::get_if<T>(&held);
    }
    bool operator==(const Value& other) const;
};

/// "S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M": as the wire names them.
std::string_view code_of(Kind kind);

/// What DynamoDB counts for it: names and texts in UTF-8, numbers by their digits, 3 bytes for a
/// map or a list and one for each member.
std::size_t bytes_of(const Value& value);
std::size_t bytes_of(const Item& item);
/// How deep maps and lists lie in one another: 0 for a plain value.
int depth_of(const Value& value);

/// Bytes whose order is DynamoDB's order of keys of one type; strings, numbers and binaries only.
std::string key_bytes(const Value& value);

/// The item as bytes (docs/formats/tables.md), and back; Errc::corrupt for bytes that are none.
std::string encode(const Item& item);
Result<Item> decode(std::string_view bytes);

/// "{S:abc}", as DynamoDB's messages show values.
std::string shown(const Value& value);

}  // namespace freshet::tables
