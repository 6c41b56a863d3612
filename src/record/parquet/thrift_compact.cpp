#include "record/parquet/thrift_compact.h"

namespace freshet::record {
namespace {

constexpr int depth_max = 24;

}  // namespace

std::uint8_t ThriftReader::byte() {
    if (!is_good_ || at_ == data_.size()) {
        is_good_ = false;
        return 0;
    }
    return static_cast<std::uint8_t>(data_[at_++]);
}

std::uint64_t ThriftReader::varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        const std::uint8_t part = byte();
        value |= std::uint64_t{part & 0x7fU} << shift;
        if (part < 0x80) return value;
    }
    is_good_ = false;
    return 0;
}

std::int64_t ThriftReader::integer() {
    const std::uint64_t zigzag = varint();
    return static_cast<std::int64_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
}

std::string_view ThriftReader::text() {
    const std::uint64_t size = varint();
    if (!is_good_ || size > data_.size() - at_) {
        is_good_ = false;
        return {};
    }
    const std::string_view found = data_.substr(at_, size);
    at_ += size;
    return found;
}

ThriftReader::Kind ThriftReader::kind_of(unsigned nibble) {
    if (nibble > static_cast<unsigned>(Kind::structure)) is_good_ = false;
    return is_good_ ? static_cast<Kind>(nibble) : Kind::stop;
}

ThriftReader::Field ThriftReader::field(int last) {
    const std::uint8_t head = byte();
    Field found;
    found.kind = kind_of(head & 15U);
    if (found.kind == Kind::stop) return found;
    const std::int64_t id = head >> 4U ? last + (head >> 4U) : integer();
    if (id <= 0 || id > INT16_MAX) is_good_ = false;
    if (!is_good_) return {};
    found.id = static_cast<int>(id);
    return found;
}

ThriftReader::List ThriftReader::list() {
    const std::uint8_t head = byte();
    List found;
    found.kind = kind_of(head & 15U);
    const std::uint64_t size = head >> 4U == 15 ? varint() : head >> 4U;
    // Each element has a byte at least: a size beyond what is left is a lie.
    if (size > data_.size() - at_ || size > UINT32_MAX) is_good_ = false;
    found.size = is_good_ ? static_cast<std::uint32_t>(size) : 0;
    return found;
}

void ThriftReader::skip_map(int depth) {
    const std::uint64_t size = varint();
    if (size == 0 || !is_good_) return;
    const std::uint8_t kinds = byte();
    const Kind key = kind_of(kinds >> 4U), value = kind_of(kinds & 15U);
    for (std::uint64_t i = 0; i < size && is_good_; ++i) {
        skip(key, depth + 1, true);
        skip(value, depth + 1, true);
    }
}

void ThriftReader::skip(Kind kind, int depth, bool is_in_list) {
    if (depth > depth_max) is_good_ = false;
    if (!is_good_) return;
    switch (kind) {
        case Kind::stop:
            is_good_ = false;
            return;
        case Kind::yes:
        case Kind::no:
            if (is_in_list) byte();  // a field's truth is in its head
            return;
        case Kind::byte:
            byte();
            return;
        case Kind::i16:
        case Kind::i32:
        case Kind::i64:
            varint();
            return;
        case Kind::dbl:
            for (int i = 0; i < 8; ++i) byte();
            return;
        case Kind::text:
            text();
            return;
        case Kind::list:
        case Kind::set: {
            const List all = list();
            for (std::uint32_t i = 0; i < all.size && is_good_; ++i)
                skip(all.kind, depth + 1, true);
            return;
        }
        case Kind::map:
            skip_map(depth);
            return;
        case Kind::structure:
            for (int last = 0; is_good_;) {
                const Field one = field(last);
                if (one.kind == Kind::stop) return;
                last = one.id;
                skip(one.kind, depth + 1, false);
            }
            return;
    }
}

}  // namespace freshet::record
