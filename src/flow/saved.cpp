#include "flow/saved.h"

#include <bit>
#include <cstring>

#include "base/crypto/digest.h"

namespace freshet::flow {

void Writer::number(std::uint64_t value) {
    while (value >= 0x80) {
        bytes_ += static_cast<char>(value | 0x80);
        value >>= 7;
    }
    bytes_ += static_cast<char>(value);
    if (sink_ && bytes_.size() >= piece_bytes) spill();
}

void Writer::integer(std::int64_t value) {
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void Writer::real(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 64; i += 8) bytes_ += static_cast<char>(bits >> i);
}

void Writer::text(std::string_view value) {
    number(value.size());
    raw(value);
}

void Writer::raw(std::string_view value) {
    bytes_ += value;
    if (sink_ && bytes_.size() >= piece_bytes) spill();
}

void Writer::spill() {
    checksum_ = crc32c(bytes_, checksum_);
    if (!is_stopped_) is_stopped_ = !sink_(bytes_);
    bytes_.clear();
}

std::uint32_t Writer::checksum() const { return crc32c(bytes_, checksum_); }

bool Writer::finish() {
    if (sink_ && !bytes_.empty()) spill();
    return !is_stopped_;
}

std::uint64_t Reader::number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(bytes_[0]);
        bytes_.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
    }
    bad_ = true;
    bytes_ = {};
    return 0;
}

std::int64_t Reader::integer() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

double Reader::real() {
    if (bytes_.size() < 8) {
        bad_ = true;
        bytes_ = {};
        return 0;
    }
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i)
        bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes_[i])) << (i * 8);
    bytes_.remove_prefix(8);
    return std::bit_cast<double>(bits);
}

std::string_view Reader::text() {
    const std::uint64_t size = number();
    const bool is_stopped = is_stopped_ && is_stopped_->load(std::memory_order_relaxed);
    if (size > bytes_.size() || is_stopped) {
        bad_ = true;
        bytes_ = {};
        return {};
    }
    const std::string_view value = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return value;
}

std::size_t Reader::count() {
    const std::uint64_t value = number();
    if (value > bytes_.size()) {
        bad_ = true;
        bytes_ = {};
        return 0;
    }
    return value;
}

}  // namespace freshet::flow
