#include "lake/formats/unpack.h"

#include <bzlib.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "record/packed/snappy_block.h"

namespace freshet::lake {
namespace {

/// What a decoder made of the front: as far as it came.
struct Front {
    std::string text;
    bool is_ended = false;  ///< with the packed bytes
};

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

std::uint32_t big_endian(std::string_view data, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(data[at + i]);
    return value;
}

/// Of one block, when the sample is smaller.
constexpr std::size_t block_bytes_min = std::size_t{1} << 20;

bool has_added(std::string_view block, std::size_t bytes_max, std::string& out) {
    return record::has_appended_snappy(block, std::max(bytes_max, block_bytes_min) * 2, out);
}

constexpr std::string_view java_magic{"\x82SNAPPY\0", 8};
constexpr std::string_view framing_magic{"\xff\x06\0\0sNaPpY", 10};

Front unsnap_java(std::string_view data, std::size_t bytes_max) {
    Front out;
    if (data.size() < 16) return out;
    data.remove_prefix(16);
    while (data.size() >= 4 && out.text.size() < bytes_max) {
        const std::uint32_t size = big_endian(data, 0);
        if (size > data.size() - 4 || !has_added(data.substr(4, size), bytes_max, out.text))
            return out;
        data.remove_prefix(4 + std::size_t{size});
    }
    out.is_ended = data.empty();
    return out;
}

Front unsnap_frames(std::string_view data, std::size_t bytes_max) {
    Front out;
    while (data.size() >= 4 && out.text.size() < bytes_max) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(data[i]));
        };
        const std::size_t kind = byte(0), size = byte(1) | byte(2) << 8 | byte(3) << 16;
        if (size > data.size() - 4) return out;
        std::string_view chunk = data.substr(4, size);
        data.remove_prefix(4 + size);
        if (kind > 1) continue;            // its magic, padding
        if (chunk.size() < 4) return out;  // a checksum comes first
        chunk.remove_prefix(4);
        if (kind == 1)
            out.text += chunk;
        else if (!has_added(chunk, bytes_max, out.text))
            return out;
    }
    out.is_ended = data.empty();
    return out;
}

/// Hadoop's blocks have no magic: the lengths of the first one must fit.
bool is_hadoop(std::string_view data) {
    if (data.size() < 9) return false;
    const std::uint32_t raw = big_endian(data, 0), packed = big_endian(data, 4);
    if (raw == 0 || packed == 0 || packed > data.size() - 8) return false;
    return record::is_snappy_block(data.substr(8, packed), raw);
}

Front unsnap_hadoop(std::string_view data, std::size_t bytes_max) {
    Front out;
    while (data.size() >= 4 && out.text.size() < bytes_max) {
        const std::uint32_t raw = big_endian(data, 0);
        data.remove_prefix(4);
        const std::size_t end = out.text.size() + raw;
        while (out.text.size() < end) {
            if (data.size() < 4) return out;
            const std::uint32_t size = big_endian(data, 0);
            if (size > data.size() - 4 || !has_added(data.substr(4, size), bytes_max, out.text))
                return out;
            data.remove_prefix(4 + std::size_t{size});
        }
    }
    out.is_ended = data.empty();
    return out;
}

struct Container {
    std::string_view name;
    Front (*front)(std::string_view, std::size_t);
};

std::optional<Container> container_of(std::string_view data) {
    if (data.starts_with("\x1f\x8b")) return Container{"gzip", ungzip};
    if (data.starts_with("BZh") && data.size() > 3 && data[3] >= '1' && data[3] <= '9')
        return Container{"bzip2", unbzip};
    if (data.starts_with(java_magic)) return Container{"snappy", unsnap_java};
    if (data.starts_with(framing_magic)) return Container{"snappy", unsnap_frames};
    if (is_hadoop(data)) return Container{"snappy", unsnap_hadoop};
    return std::nullopt;
}

/// A compression by its magic that nothing here unpacks; "" for none.
std::string_view foreign(std::string_view data) {
    using namespace std::string_view_literals;
    if (data.starts_with("\x28\xb5\x2f\xfd"sv)) return "Zstandard";
    if (data.starts_with("\x04\x22\x4d\x18"sv)) return "LZ4";
    if (data.starts_with("\xfd"
                         "7zXZ\0"sv))
        return "xz";
    if (data.starts_with("PK\x03\x04"sv)) return "ZIP";
    return "";
}

}  // namespace

std::expected<Unpacked, std::string> unpack(const Bytes& sample, bool is_whole,
                                            std::size_t bytes_max) {
    if (const std::string_view name = foreign(sample.view()); !name.empty())
        return std::unexpected("it is compressed by " + std::string(name) +
                               ", which Freshet does not unpack");
    const auto container = container_of(sample.view());
    if (!container) return Unpacked{"", sample, is_whole};
    Front front = container->front(sample.view(), bytes_max);
    if (front.text.empty())
        return std::unexpected("it begins as " + std::string(container->name) +
                               " does, and cannot be unpacked");
    const bool is_cut = front.text.size() > bytes_max;
    if (is_cut) front.text.resize(bytes_max);
    return Unpacked{std::string(container->name), Bytes::own(std::move(front.text)),
                    is_whole && front.is_ended && !is_cut};
}

}  // namespace freshet::lake
