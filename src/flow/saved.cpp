#include "flow/saved.h"

#include <bit>

#include "base/crypto/digest.h"

namespace freshet::flow {

void Writer::number(std::uint64_t value) {
    put_varint(bytes_, value);
    if (sink_ && bytes_.size() >= piece_bytes) spill();
}

void Writer::integer(std::int64_t value) { number(zigzag(value)); }

void Writer::real(double value) { put_number(bytes_, std::bit_cast<std::uint64_t>(value)); }

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

std::string_view Reader::text() {
    if (is_stopped_ && is_stopped_->load(std::memory_order_relaxed)) bytes_.refuse();
    return bytes_.text();
}

}  // namespace freshet::flow
