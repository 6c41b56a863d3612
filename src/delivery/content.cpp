#include "delivery/content.h"

#include "delivery/limits.h"

namespace freshet::delivery {
namespace {

constexpr int window_bits_gzip = 15 + 16;

}  // namespace

Content::~Content() {
    if (is_begun_) deflateEnd(&stream_);
}

io::Task<Result<Bytes>> Content::read() {
    auto piece = co_await pool_.run([this]() -> Result<Bytes> {
        if (is_gzipped_) return compress();
        return join();
    });
    co_return piece;
}

Bytes Content::join() {
    std::size_t bytes = 0, end = at_;
    for (; end < records_.size() && bytes < limits::piece_bytes; ++end)
        bytes += records_[end].size();
    std::string piece;
    piece.reserve(bytes);
    for (; at_ < end; ++at_) piece += records_[at_];
    return Bytes::own(std::move(piece));
}

Result<Bytes> Content::compress() {
    if (!is_begun_ && deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits_gzip, 8,
                                   Z_DEFAULT_STRATEGY) != Z_OK)
        return fail(Errc::io, "zlib did not start");
    is_begun_ = true;
    std::string piece(limits::piece_bytes, '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream_.avail_out = static_cast<uInt>(piece.size());
    while (!is_ended_ && stream_.avail_out > 0) {
        if (stream_.avail_in == 0 && at_ < records_.size()) {
            const std::string_view record = records_[at_++];
            stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(record.data()));
            stream_.avail_in = static_cast<uInt>(record.size());
        }
        const int code = deflate(&stream_, at_ < records_.size() ? Z_NO_FLUSH : Z_FINISH);
        if (code == Z_STREAM_ERROR) return fail(Errc::io, "zlib refused to compress");
        is_ended_ = code == Z_STREAM_END;
    }
    piece.resize(piece.size() - stream_.avail_out);
    return Bytes::own(std::move(piece));
}

}  // namespace freshet::delivery
