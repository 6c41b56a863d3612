#include "maintenance/text/gzip.h"

#include "base/check.h"
#include "maintenance/errors.h"

namespace freshet::maintenance {
namespace {

constexpr int window_bits_gzip = 15 + 16;
constexpr std::size_t piece_bytes = 256 * 1024;

Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

}  // namespace

GzipReader::GzipReader() : room_(piece_bytes, '\0') {
    const int code = inflateInit2(&stream_, window_bits_gzip);
    FRESHET_CHECK(code == Z_OK);
}

GzipReader::~GzipReader() { inflateEnd(&stream_); }

Result<> GzipReader::add(std::string_view packed, std::string& out) {
    stream_.next_in = bytes_of(packed);
    stream_.avail_in = static_cast<uInt>(packed.size());
    while (true) {
        stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
        stream_.avail_out = piece_bytes;
        if (stream_.avail_in > 0) is_in_member_ = true;
        const int code = inflate(&stream_, Z_NO_FLUSH);
        const bool is_full = stream_.avail_out == 0;
        out.append(room_, 0, piece_bytes - stream_.avail_out);
        if (code == Z_STREAM_END) {
            is_in_member_ = false;
            inflateReset(&stream_);
            if (stream_.avail_in == 0) return {};
            continue;
        }
        if (code != Z_OK && code != Z_BUF_ERROR)
            return fail(Errc::unfit, "it is not gzip, or damaged");
        if (stream_.avail_in == 0 && !is_full) return {};
    }
}

Result<> GzipReader::end() const {
    if (is_in_member_) return fail(Errc::unfit, "its gzip data is cut short");
    return {};
}

GzipWriter::GzipWriter() : room_(piece_bytes, '\0') {
    const int code = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits_gzip, 8,
                                  Z_DEFAULT_STRATEGY);
    FRESHET_CHECK(code == Z_OK);
}

GzipWriter::~GzipWriter() { deflateEnd(&stream_); }

void GzipWriter::deflate_all(std::string_view plain, int flush, std::string& out) {
    stream_.next_in = bytes_of(plain);
    stream_.avail_in = static_cast<uInt>(plain.size());
    int code = Z_OK;
    bool is_full = true;
    while (is_full && code != Z_STREAM_END) {
        stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
        stream_.avail_out = piece_bytes;
        code = deflate(&stream_, flush);
        FRESHET_CHECK(code != Z_STREAM_ERROR);
        is_full = stream_.avail_out == 0;
        out.append(room_, 0, piece_bytes - stream_.avail_out);
    }
    FRESHET_CHECK(stream_.avail_in == 0);
}

}  // namespace freshet::maintenance
