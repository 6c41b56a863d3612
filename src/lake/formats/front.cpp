#include "lake/formats/front.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "lake/limits.h"
#include "record/packed/zstd_frames.h"

namespace freshet::lake {

Front ungzip(std::string_view data, std::size_t bytes_max) {
    Front out;
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return out;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    std::array<char, 16384> piece{};
    int state = Z_OK;
    while (out.text.size() < bytes_max && (state == Z_OK || state == Z_BUF_ERROR)) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_SYNC_FLUSH);
        const std::size_t came = piece.size() - stream.avail_out;
        out.text.append(piece.data(), came);
        if (state == Z_STREAM_END && stream.avail_in > 0) state = inflateReset(&stream);
        if (came == 0 && stream.avail_in == 0) break;
    }
    out.is_ended = state == Z_STREAM_END && stream.avail_in == 0;
    inflateEnd(&stream);
    return out;
}

Front unbzip(std::string_view data, std::size_t bytes_max) {
    Front out;
    std::array<char, 16384> piece{};
    int state = BZ_STREAM_END;
    while (state == BZ_STREAM_END && !data.empty() && out.text.size() < bytes_max) {
        bz_stream stream{};
        if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) return out;
        stream.next_in = const_cast<char*>(data.data());
        stream.avail_in = static_cast<unsigned>(data.size());
        state = BZ_OK;
        while (state == BZ_OK && out.text.size() < bytes_max) {
            stream.next_out = piece.data();
            stream.avail_out = static_cast<unsigned>(piece.size());
            state = BZ2_bzDecompress(&stream);
            const std::size_t came = piece.size() - stream.avail_out;
            out.text.append(piece.data(), came);
            if (came == 0 && stream.avail_in == 0) break;
        }
        data.remove_prefix(data.size() - stream.avail_in);
        BZ2_bzDecompressEnd(&stream);
    }
    out.is_ended = state == BZ_STREAM_END && data.empty();
    return out;
}

Front unzstd(std::string_view data, std::size_t bytes_max) {
    Front out;
    out.is_ended = record::append_zstd(data, bytes_max, out.text) == record::Unpacking::ended;
    return out;
}

Front unlz4(std::string_view data, std::size_t bytes_max) {
    Front out;
    LZ4F_dctx* context = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) return out;
    std::array<char, 16384> piece{};
    while (out.text.size() < bytes_max) {
        std::size_t came = piece.size(), taken = data.size();
        const std::size_t left =
            LZ4F_decompress(context, piece.data(), &came, data.data(), &taken, nullptr);
        if (LZ4F_isError(left) != 0) break;
        out.text.append(piece.data(), came);
        data.remove_prefix(taken);
        out.is_ended = left == 0 && data.empty();
        if (out.is_ended || (came == 0 && taken == 0)) break;
    }
    LZ4F_freeDecompressionContext(context);
    return out;
}

Front unxz(std::string_view data, std::size_t bytes_max) {
    Front out;
    lzma_stream stream = LZMA_STREAM_INIT;
    if (lzma_stream_decoder(&stream, limits::xz_memory_bytes_max, LZMA_CONCATENATED) != LZMA_OK)
        return out;
    stream.next_in = reinterpret_cast<const std::uint8_t*>(data.data());
    stream.avail_in = data.size();
    std::array<char, 16384> piece{};
    lzma_ret state = LZMA_OK;
    while (state == LZMA_OK && out.text.size() < bytes_max) {
        stream.next_out = reinterpret_cast<std::uint8_t*>(piece.data());
        stream.avail_out = piece.size();
        state = lzma_code(&stream, LZMA_FINISH);
        out.text.append(piece.data(), piece.size() - stream.avail_out);
    }
    if (state == LZMA_MEMLIMIT_ERROR) out.refusal = "its xz dictionary is larger than allowed";
    out.is_ended = state == LZMA_STREAM_END;
    lzma_end(&stream);
    return out;
}

namespace {

constexpr std::size_t zip_header_bytes = 30;
constexpr std::string_view zip_member{"PK\3\4", 4};

std::size_t little_endian(std::string_view data, std::size_t at, std::size_t bytes) {
    std::size_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value |= std::size_t{static_cast<unsigned char>(data[at + i])} << (8 * i);
    return value;
}

/// `data` begins with raw deflate; it ends after it when it is whole.
Front inflated(std::string_view& data, std::size_t bytes_max) {
    Front out;
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return out;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    std::array<char, 16384> piece{};
    int state = Z_OK;
    while (state == Z_OK && out.text.size() < bytes_max) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_SYNC_FLUSH);
        out.text.append(piece.data(), piece.size() - stream.avail_out);
    }
    data.remove_prefix(data.size() - stream.avail_in);
    out.is_ended = state == Z_STREAM_END;
    inflateEnd(&stream);
    return out;
}

}  // namespace

Front unzip(std::string_view data, std::size_t bytes_max) {
    Front out;
    if (data.size() < zip_header_bytes) return out;
    const std::size_t flags = little_endian(data, 6, 2), method = little_endian(data, 8, 2),
                      size = little_endian(data, 18, 4),
                      names = little_endian(data, 26, 2) + little_endian(data, 28, 2);
    const bool is_encrypted = (flags & 1) != 0, has_size_after = (flags & 8) != 0;
    if (is_encrypted) out.refusal = "it is a ZIP archive that is encrypted";
    if (method != 0 && method != Z_DEFLATED)
        out.refusal = "it is a ZIP archive of another compression than deflate";
    if (method == 0 && has_size_after)
        out.refusal = "it is a ZIP archive whose member is stored without its size before it";
    if (!out.refusal.empty() || data.size() - zip_header_bytes < names) return out;
    data.remove_prefix(zip_header_bytes + names);
    if (method == Z_DEFLATED) {
        out = inflated(data, bytes_max);
    } else {
        out.text = data.substr(0, std::min(size, bytes_max));
        out.is_ended = size <= data.size();
        data.remove_prefix(std::min(size, data.size()));
    }
    if (out.is_ended && has_size_after) {  // its signature is not always there
        const std::size_t next = data.find("PK", data.starts_with("PK\7\x8") ? 2 : 0);
        data.remove_prefix(std::min(next, data.size()));
    }
    if (out.is_ended && data.starts_with(zip_member))
        out.refusal = "it is a ZIP archive of several members: one is taken";
    return out;
}

}  // namespace freshet::lake
