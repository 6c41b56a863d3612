// Numbers and texts as bytes of a file or of a frame, in one place for all formats. A number has a
// fixed width in little-endian order, or is a varint: base 128, the lowest seven bits first, the
// high bit set while more follow. A text has its length in front, as a varint.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"

namespace freshet {

/// Appends `value`, sizeof(T) bytes wide.
template <class T>
void put_number(std::string& out, T value) {
    char bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
    out.append(bytes, sizeof(T));
}
/// The number at byte `at`; the caller has made sure that `data` holds all of it.
template <class T>
T get_number(std::string_view data, std::size_t at) {
    FRESHET_CHECK(at <= data.size() && sizeof(T) <= data.size() - at);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
    return static_cast<T>(value);
}

inline void put_varint(std::string& out, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    out += static_cast<char>(value);
}
inline void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out.append(text);
}

/// Integers near zero as small numbers: 0, -1, 1, -2 become 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

/// Reads bytes that may be damaged, front to back. What cannot be read refuses the rest: from then
/// on everything reads as zero or as nothing, and is_good() is false. The bytes must outlive the
/// reader and the views that it gives.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

    bool is_good() const { return is_good_; }
    /// All was read, and read well.
    bool is_at_end() const { return is_good_ && rest_.empty(); }
    std::size_t left() const { return rest_.size(); }
    /// Called for what is not a value of its type, too.
    void refuse() {
        is_good_ = false;
        rest_ = {};
    }

    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) {
            refuse();
            return {};
        }
        const std::string_view part = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(part.size());
        return part;
    }
    template <class T>
    T number() {
        const std::string_view part = take(sizeof(T));
        return is_good_ ? get_number<T>(part, 0) : T{};
    }
    double real() { return std::bit_cast<double>(number<std::uint64_t>()); }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if (byte < 0x80) return value;
        }
        refuse();
        return 0;
    }
    std::string_view text() { return take(varint()); }
    /// A varint that counts things of at least a byte each: never more than there are bytes.
    std::size_t count() {
        const std::uint64_t value = varint();
        if (value > rest_.size()) refuse();
        return is_good_ ? static_cast<std::size_t>(value) : 0;
    }

  private:
    std::string_view rest_;
    bool is_good_ = true;
};

}  // namespace freshet
