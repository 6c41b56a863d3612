#include "delivery/gzip.h"

#include <zlib.h>

namespace freshet::delivery {
namespace {

constexpr int window_bits_gzip = 15 + 16;
constexpr std::size_t chunk = 64 * 1024;

Result<> deflate_piece(z_stream& stream, std::string_view piece, int flush, std::string& out) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream.avail_in = static_cast<uInt>(piece.size());
    do {
        const std::size_t end = out.size();
        out.resize(end + chunk);
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + end);
        stream.avail_out = chunk;
        const int code = deflate(&stream, flush);
        out.resize(end + chunk - stream.avail_out);
        if (code == Z_STREAM_ERROR) return fail(Errc::io, "zlib refused to compress");
    } while (stream.avail_out == 0);
    return {};
}

}  // namespace

Result<Bytes> gzip(const std::vector<Bytes>& pieces) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits_gzip, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return fail(Errc::io, "zlib did not start");
    std::string out;
    Result<> done;
    for (const Bytes& piece : pieces) {
        if (done) done = deflate_piece(stream, piece.view(), Z_NO_FLUSH, out);
    }
    if (done) done = deflate_piece(stream, {}, Z_FINISH, out);
    deflateEnd(&stream);
    if (!done) return std::unexpected(std::move(done.error()));
    return Bytes::own(std::move(out));
}

}  // namespace freshet::delivery
