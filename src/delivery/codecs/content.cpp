#include "delivery/codecs/content.h"

#include <utility>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

constexpr std::size_t slice_bytes = 64 * 1024;  ///< of a record, given to an encoder at a time
/// More than an encoder appends for a slice, with all that it held back.
constexpr std::size_t encoder_room_bytes = 256 * 1024;

}  // namespace

io::Task<Result<Bytes>> Content::read() {
    auto piece = co_await pool_.run([this] {
        auto made = make_piece();
        if (made) crc_ = freshet::crc64nvme(made->view(), crc_);
        return made;
    });
    co_return piece;
}

Result<Bytes> Content::make_piece() {
    const auto& records = records_;
    FRESHET_CHECK(at_ <= records.size());
    std::string piece;
    if (!encoder_) {
        while (at_ < records.size() && piece.size() < limits::piece_bytes) piece += records[at_++];
        return Bytes::own(std::move(piece));
    }
    const auto has_room = [&] { return piece.size() + encoder_room_bytes <= limits::piece_bytes; };
    while (at_ < records.size() && has_room()) {
        const std::string_view slice = records[at_].substr(offset_, slice_bytes);
        if (auto added = encoder_->add(slice, piece); !added) return pass(added);
        offset_ += slice.size();
        if (offset_ < records[at_].size()) continue;
        ++at_;
        offset_ = 0;
    }
    if (at_ == records.size() && has_room() && !std::exchange(is_ended_, true)) {
        if (auto finished = encoder_->finish(piece); !finished) return pass(finished);
    }
    FRESHET_CHECK(piece.size() <= limits::piece_bytes);
    return Bytes::own(std::move(piece));
}

}  // namespace freshet::delivery
