// Bytes: parts, numbers inside them, texts of them, hashes.
#include <algorithm>
#include <bit>

#include "base/crypto/hmac.h"
#include "duck/native/adapter.h"
#include "duck/native/padding.h"
#include "duck/raise.h"

namespace freshet::duck {
namespace {

using std::string_view;

OwnedBlob substr_of(Blob blob, std::int64_t start, std::int64_t length) {
    const auto size = static_cast<std::int64_t>(blob.view.size());
    if (start == 0 || length <= 0 || size == 0 || start > size) return {};
    if (start < 0) {
        start += size + 1;
        if (start <= 0) return {};
    }
    return {std::string(blob.view.substr(static_cast<std::size_t>(start - 1),
                                         static_cast<std::size_t>(std::min(length, size))))};
}
OwnedBlob substr_to_end(Blob blob, std::int64_t start) { return substr_of(blob, start, INT64_MAX); }

OwnedBlob reverse(Blob blob) { return {std::string(blob.view.rbegin(), blob.view.rend())}; }

OwnedBlob padded(Blob blob, std::int64_t size, Blob with, bool pads_left) {
    if (with.view.empty())
        raise(sql::ErrorCode::invalid_function_argument, "Padding bytes must not be empty");
    if (size < 0 || size > INT32_MAX)
        raise(sql::ErrorCode::invalid_function_argument,
              "Target length must be in the range [0.." + std::to_string(INT32_MAX) + "]");
    const auto wanted = static_cast<std::size_t>(size);
    if (wanted <= blob.view.size()) return {std::string(blob.view.substr(0, wanted))};
    check_padding(wanted - blob.view.size());
    std::string padding;
    for (std::size_t i = 0; i < wanted - blob.view.size(); ++i)
        padding += with.view[i % with.view.size()];
    return {pads_left ? padding.append(blob.view) : std::string(blob.view).append(padding)};
}
OwnedBlob lpad(Blob blob, std::int64_t size, Blob with) { return padded(blob, size, with, true); }
OwnedBlob rpad(Blob blob, std::int64_t size, Blob with) { return padded(blob, size, with, false); }

/// Digits of `bits` each, in groups of `group` filled up with '='.
struct Base {
    string_view alphabet;
    unsigned bits;
    std::size_t group;
    const char* name;
};
constexpr Base base64{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4,
                      "base64"};
constexpr Base base64url{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, 4,
                         "base64url"};
constexpr Base base32{"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8, "base32"};

std::string written(string_view bytes, const Base& base) {
    std::string made;
    unsigned held = 0, count = 0;
    for (const char c : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(c);
        for (count += 8; count >= base.bits; count -= base.bits)
            made += base.alphabet[(held >> (count - base.bits)) & ((1U << base.bits) - 1)];
        held &= (1U << count) - 1;
    }
    if (count > 0) made += base.alphabet[(held << (base.bits - count)) & ((1U << base.bits) - 1)];
    while (made.size() % base.group != 0) made += '=';
    return made;
}

OwnedBlob read(string_view text, const Base& base) {
    std::string made;
    unsigned held = 0, count = 0;
    const string_view digits = text.substr(0, text.find_last_not_of('=') + 1);
    const std::size_t over = digits.size() % base.group;
    // Padding may be left out; where it is, it fills its group.
    const std::size_t filled = text.size() - digits.size();
    const bool is_cut = over * base.bits % 8 >= base.bits ||
                        (filled > 0 && (filled >= base.group || text.size() % base.group != 0));
    if (is_cut && digits.empty())
        raise(sql::ErrorCode::invalid_function_argument,
              std::string("Invalid ") + base.name + " text: " + std::string(text));
    for (const char c : digits) {
        const auto digit = base.alphabet.find(c);
        if (digit == string_view::npos || is_cut)
            raise(sql::ErrorCode::invalid_function_argument,
                  std::string("Invalid ") + base.name + " text: " + std::string(text));
        held = (held << base.bits) | static_cast<unsigned>(digit);
        count += base.bits;
        if (count >= 8) {
            count -= 8;
            made += static_cast<char>(held >> count);
            held &= (1U << count) - 1;
        }
    }
    return {made};
}
std::string to_base32(Blob blob) { return written(blob.view, base32); }
OwnedBlob from_base32(string_view text) { return read(text, base32); }
OwnedBlob from_base64(string_view text) { return read(text, base64); }
OwnedBlob from_base64url(string_view text) { return read(text, base64url); }

template <class U>
OwnedBlob big_endian(U value) {
    OwnedBlob made;
    for (std::size_t i = sizeof(U); i > 0; --i)
        made.bytes += static_cast<char>(static_cast<unsigned char>(value >> ((i - 1) * 8)));
    return made;
}
template <class U>
U from_big_endian(Blob blob, const char* what) {
    if (blob.view.size() != sizeof(U)) raise(sql::ErrorCode::invalid_function_argument, what);
    U value = 0;
    for (const char c : blob.view)
        value = static_cast<U>((value << 8U) | static_cast<unsigned char>(c));
    return value;
}
OwnedBlob to_big_endian_64(std::int64_t n) { return big_endian(static_cast<std::uint64_t>(n)); }
OwnedBlob to_big_endian_32(std::int32_t n) { return big_endian(static_cast<std::uint32_t>(n)); }
std::int64_t from_big_endian_64(Blob blob) {
    return static_cast<std::int64_t>(from_big_endian<std::uint64_t>(blob, "expected 8-byte input"));
}
std::int32_t from_big_endian_32(Blob blob) {
    return static_cast<std::int32_t>(from_big_endian<std::uint32_t>(blob, "expected 4-byte input"));
}
OwnedBlob to_ieee754_64(double x) { return big_endian(std::bit_cast<std::uint64_t>(x)); }
OwnedBlob to_ieee754_32(float x) { return big_endian(std::bit_cast<std::uint32_t>(x)); }
double from_ieee754_64(Blob blob) {
    return std::bit_cast<double>(from_big_endian<std::uint64_t>(
        blob, "Input floating-point value must be exactly 8 bytes long"));
}
float from_ieee754_32(Blob blob) {
    return std::bit_cast<float>(from_big_endian<std::uint32_t>(
        blob, "Input floating-point value must be exactly 4 bytes long"));
}

OwnedBlob sha512_of(Blob blob) { return {sha512(blob.view)}; }
template <Hash hash>
OwnedBlob hmac_of(Blob blob, Blob key) {
    return {hmac(hash, key.view, blob.view)};
}

/// xxHash64 with the seed 0 (the specification of the algorithm).
std::uint64_t xxhash64_of(string_view data) {
    constexpr std::uint64_t p1 = 0x9E3779B185EBCA87U, p2 = 0xC2B2AE3D27D4EB4FU,
                            p3 = 0x165667B19E3779F9U, p4 = 0x85EBCA77C2B2AE63U,
                            p5 = 0x27D4EB2F165667C5U;
    const auto word = [&](std::size_t at, std::size_t size) {
        std::uint64_t value = 0;
        for (std::size_t i = size; i > 0; --i)
            value = (value << 8U) | static_cast<unsigned char>(data[at + i - 1]);
        return value;
    };
    const auto round = [&](std::uint64_t lane, std::uint64_t input) {
        return std::rotl(lane + input * p2, 31) * p1;
    };
    std::size_t at = 0;
    std::uint64_t hash = p5;
    if (data.size() >= 32) {
        std::uint64_t lanes[] = {p1 + p2, p2, 0, 0 - p1};
        for (; at + 32 <= data.size(); at += 32) {
            for (std::size_t i = 0; i < 4; ++i) lanes[i] = round(lanes[i], word(at + i * 8, 8));
        }
        hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) +
               std::rotl(lanes[3], 18);
        for (const std::uint64_t lane : lanes) hash = (hash ^ round(0, lane)) * p1 + p4;
    }
    hash += data.size();
    for (; at + 8 <= data.size(); at += 8)
        hash = std::rotl(hash ^ round(0, word(at, 8)), 27) * p1 + p4;
    if (at + 4 <= data.size()) {
        hash = std::rotl(hash ^ (word(at, 4) * p1), 23) * p2 + p3;
        at += 4;
    }
    for (; at < data.size(); ++at) hash = std::rotl(hash ^ (word(at, 1) * p5), 11) * p1;
    hash = (hash ^ (hash >> 33U)) * p2;
    hash = (hash ^ (hash >> 29U)) * p3;
    return hash ^ (hash >> 32U);
}
OwnedBlob xxhash64(Blob blob) { return big_endian(xxhash64_of(blob.view)); }

}  // namespace

void add_bytes(duckdb::ExtensionLoader& loader) {
    add_native(loader, "substr_bytes", &substr_of);
    add_native(loader, "substr_bytes", &substr_to_end);
    add_native(loader, "reverse_bytes", &reverse);
    add_native(loader, "lpad_bytes", &lpad);
    add_native(loader, "rpad_bytes", &rpad);
    add_native(loader, "to_base32", &to_base32);
    add_native(loader, "from_base32", &from_base32);
    add_native(loader, "from_base64", &from_base64);
    add_native(loader, "from_base64url", &from_base64url);
    add_native(loader, "to_big_endian_64", &to_big_endian_64);
    add_native(loader, "to_big_endian_32", &to_big_endian_32);
    add_native(loader, "from_big_endian_64", &from_big_endian_64);
    add_native(loader, "from_big_endian_32", &from_big_endian_32);
    add_native(loader, "to_ieee754_64", &to_ieee754_64);
    add_native(loader, "to_ieee754_32", &to_ieee754_32);
    add_native(loader, "from_ieee754_64", &from_ieee754_64);
    add_native(loader, "from_ieee754_32", &from_ieee754_32);
    add_native(loader, "sha512", &sha512_of);
    add_native(loader, "hmac_md5", &hmac_of<Hash::md5>);
    add_native(loader, "hmac_sha1", &hmac_of<Hash::sha1>);
    add_native(loader, "hmac_sha256", &hmac_of<Hash::sha256>);
    add_native(loader, "hmac_sha512", &hmac_of<Hash::sha512>);
    add_native(loader, "xxhash64", &xxhash64);
}

}  // namespace freshet::duck
