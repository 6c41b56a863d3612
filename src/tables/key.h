// Keys as bytes, in whose order items lie: the slot (32 bits of the hash key's digest, so that a
// scan falls into segments), the hash key, the range key.
#pragma once
#include "tables/expression/condition.h"
#include "tables/types.h"

namespace freshet::tables {

struct KeyBytes {
    std::int64_t slot = 0;
    std::string hash, range;
    bool operator==(const KeyBytes&) const = default;
};

inline constexpr std::int64_t slots = std::int64_t{1} << 32;

/// Of attributes that were checked before.
KeyBytes key_of(const KeySchema& keys, const Item& item);
std::int64_t slot_of(std::string_view hash);
/// One text for the whole key, which identifies an entry of an index.
std::string joined(const KeyBytes& key);

/// The key attributes of `item` only.
Item key_part(const KeySchema& keys, const Item& item);

/// Errc::invalid unless `key` is exactly a key of the table.
Result<> check_key(const Table& table, const Item& key);
/// Errc::invalid unless the item has the table's keys and, where it has them, right keys of
/// indexes.
Result<> check_item(const Table& table, const Item& item);
/// True when the item has all keys of the index.
bool is_in(const Index& index, const Item& item);
/// What the index shows of the item.
Item projected(const Table& table, const Index& index, const Item& item);

/// [low, high) of range keys in one hash key.
struct KeyRange {
    std::string hash, low, high;
};
/// What a KeyConditionExpression or the legacy KeyConditions asks for.
Result<KeyRange> range_of(const KeySchema& keys, const Condition& condition);

/// Greater than every range key.
const std::string& beyond();

}  // namespace freshet::tables
