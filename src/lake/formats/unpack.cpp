#include "lake/formats/unpack.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "lake/formats/front.h"
#include "record/packed/snappy_block.h"

namespace freshet::lake {
namespace {

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
    using namespace std::string_view_literals;
    if (data.starts_with("\x1f\x8b")) return Container{"gzip", ungzip};
    if (data.starts_with("BZh") && data.size() > 3 && data[3] >= '1' && data[3] <= '9')
        return Container{"bzip2", unbzip};
    if (data.starts_with("\x28\xb5\x2f\xfd"sv)) return Container{"zstd", unzstd};
    if (data.starts_with("\x04\x22\x4d\x18"sv)) return Container{"lz4", unlz4};
    if (data.starts_with("\xfd"
                         "7zXZ\0"sv))
        return Container{"xz", unxz};
    if (data.starts_with("PK\x03\x04"sv)) return Container{"zip", unzip};
    if (data.starts_with(java_magic)) return Container{"snappy", unsnap_java};
    if (data.starts_with(framing_magic)) return Container{"snappy", unsnap_frames};
    if (is_hadoop(data)) return Container{"snappy", unsnap_hadoop};
    return std::nullopt;
}

}  // namespace

std::expected<Unpacked, std::string> unpack(const Bytes& sample, bool is_whole,
                                            std::size_t bytes_max) {
    const auto container = container_of(sample.view());
    if (!container) return Unpacked{"", sample, is_whole};
    Front front = container->front(sample.view(), bytes_max);
    if (!front.refusal.empty()) return std::unexpected(std::move(front.refusal));
    if (front.text.empty())
        return std::unexpected("it begins as " + std::string(container->name) +
                               " does, and cannot be unpacked");
    const bool is_cut = front.text.size() > bytes_max;
    if (is_cut) front.text.resize(bytes_max);
    return Unpacked{std::string(container->name), Bytes::own(std::move(front.text)),
                    is_whole && front.is_ended && !is_cut};
}

}  // namespace freshet::lake
