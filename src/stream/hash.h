// Positions on the hash ring.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stream/types.h"

namespace freshet::stream {

HashKey hash_of(std::string_view partition_key);
/// One of each, in order; for many keys faster than one after the other.
std::vector<HashKey> hashes_of(std::span<const std::string_view> partition_keys);
std::string to_decimal(HashKey value);
/// Nothing when `text` is not a number below 2^128 without leading zeros.
std::optional<HashKey> parse_hash_key(std::string_view text);
/// `count` ranges that cover the ring; the last one ends at 2^128 - 1.
std::vector<std::pair<HashKey, HashKey>> even_ranges(int count);

}  // namespace freshet::stream
