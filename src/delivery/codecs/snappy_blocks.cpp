#include "delivery/codecs/snappy_blocks.h"

#include <snappy.h>

#include "base/check.h"

namespace freshet::delivery {
namespace {

constexpr std::size_t block_bytes = 32 * 1024;

void append_u32_big(std::string& out, std::size_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

}  // namespace

void SnappyEncoder::begin(std::string& out) {
    if (is_begun_) return;
    is_begun_ = true;
    if (container_ == Container::hadoop) return;
    out.append("\x82SNAPPY\0", 8);
    append_u32_big(out, 1);  // version
    append_u32_big(out, 1);  // the oldest version that can read it
}

void SnappyEncoder::write_block(std::string_view raw, std::string& out) {
    FRESHET_CHECK(!raw.empty() && raw.size() <= block_bytes);
    snappy::Compress(raw.data(), raw.size(), &compressed_);
    if (container_ == Container::hadoop) append_u32_big(out, raw.size());
    append_u32_big(out, compressed_.size());
    out += compressed_;
}

Result<> SnappyEncoder::add(std::string_view piece, std::string& out) {
    begin(out);
    while (held_.size() + piece.size() >= block_bytes) {
        const std::size_t taken = block_bytes - held_.size();
        if (held_.empty()) {
            write_block(piece.substr(0, taken), out);
        } else {
            held_ += piece.substr(0, taken);
            write_block(held_, out);
            held_.clear();
        }
        piece.remove_prefix(taken);
    }
    held_ += piece;
    return {};
}

Result<> SnappyEncoder::finish(std::string& out) {
    begin(out);
    if (!held_.empty()) write_block(held_, out);
    held_.clear();
    return {};
}

}  // namespace freshet::delivery
