#include "stream/hash.h"

#include <algorithm>

#include "base/crypto/md5_lanes.h"

namespace freshet::stream {

namespace {
HashKey key_of(const Md5& digest) {
    HashKey hash = 0;
    for (const unsigned char byte : digest) hash = hash << 8 | byte;
    return hash;
}
}  // namespace

HashKey hash_of(std::string_view partition_key) { return key_of(md5(partition_key)); }

std::vector<HashKey> hashes_of(std::span<const std::string_view> partition_keys) {
    std::vector<Md5> digests(partition_keys.size());
    md5_each(partition_keys, digests);
    std::vector<HashKey> hashes;
    hashes.reserve(digests.size());
    for (const Md5& digest : digests) hashes.push_back(key_of(digest));
    return hashes;
}

std::string to_decimal(HashKey value) {
    std::string text;
    do text += static_cast<char>('0' + static_cast<int>(value % 10));
    while (value /= 10);
    std::ranges::reverse(text);
    return text;
}

std::optional<HashKey> parse_hash_key(std::string_view text) {
    if (text.empty() || text.size() > 39 || (text.size() > 1 && text[0] == '0'))
        return std::nullopt;
    HashKey value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        const auto digit = static_cast<HashKey>(c - '0');
        if (value > (hash_key_max - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

std::vector<std::pair<HashKey, HashKey>> even_ranges(int count) {
    std::vector<std::pair<HashKey, HashKey>> ranges;
    const auto n = static_cast<HashKey>(count);
    HashKey step = hash_key_max / n;
    if (hash_key_max % n == n - 1) ++step;  // floor(2^128 / n)
    for (HashKey i = 0; i < n; ++i)
        ranges.emplace_back(step * i, i + 1 == n ? hash_key_max : step * (i + 1) - 1);
    return ranges;
}

}  // namespace freshet::stream
