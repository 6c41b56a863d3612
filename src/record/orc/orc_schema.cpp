#include "record/orc/orc_schema.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/error.h"
#include "record/packed/lz4_block.h"
#include "record/packed/snappy_block.h"
#include "record/packed/zstd_frames.h"
#include "record/protobuf.h"

namespace freshet::record {
namespace {

using protobuf::Field;
using protobuf::Wire;

constexpr int nesting_max = 30;
constexpr int types_max = 100'000;                  // of all columns
constexpr std::size_t type_bytes_max = 131072;      // Glue: a column's type
constexpr std::size_t footer_bytes_max = 64 << 20;  // unpacked

enum class Packing : std::uint64_t { none, zlib, snappy, lzo, lz4, zstd, brotli };
constexpr std::array packing_names{"none", "zlib", "snappy", "lzo", "lz4", "zstd", "brotli"};

struct PostScript {
    std::uint64_t footer_bytes = 0;
    Packing packing = Packing::none;
    std::uint64_t size = 0;  ///< of itself, with the byte of its length
};

std::optional<PostScript> postscript_of(std::string_view tail) {
    if (tail.empty()) return std::nullopt;
    const auto size = static_cast<unsigned char>(tail.back());
    if (size + 1U > tail.size()) return std::nullopt;
    PostScript out;
    out.size = size + 1U;
    ByteReader in(tail.substr(tail.size() - out.size, size));
    bool has_magic = false;
    while (in.left() > 0) {
        Field field;
        if (!read_field(in, field)) return std::nullopt;
        if (field.is(1, Wire::varint)) out.footer_bytes = field.value;
        if (field.is(2, Wire::varint)) out.packing = static_cast<Packing>(field.value);
        if (field.is(8000, Wire::bytes)) has_magic = field.bytes == orc_magic;
    }
    return has_magic ? std::optional(out) : std::nullopt;
}

bool has_inflated(std::string_view chunk, std::string& out) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return false;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(chunk.data()));
    stream.avail_in = static_cast<uInt>(chunk.size());
    std::array<char, 16384> piece{};
    int state = Z_OK;
    while (state == Z_OK && out.size() < footer_bytes_max) {
        stream.next_out = reinterpret_cast<Bytef*>(piece.data());
        stream.avail_out = static_cast<uInt>(piece.size());
        state = inflate(&stream, Z_NO_FLUSH);
        out.append(piece.data(), piece.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return state == Z_STREAM_END;
}

bool has_unpacked(std::string_view chunk, Packing packing, std::string& out) {
    const std::size_t left = footer_bytes_max - std::min(out.size(), footer_bytes_max);
    switch (packing) {
        case Packing::zlib:
            return has_inflated(chunk, out);
        case Packing::snappy:
            return has_appended_snappy(chunk, left, out);
        case Packing::lz4:
            return has_appended_lz4(chunk, left, out);
        case Packing::zstd:
            return append_zstd(chunk, left, out) == Unpacking::ended;
        case Packing::none:
        case Packing::lzo:
        case Packing::brotli:
            break;
    }
    return false;
}

/// The footer is cut into chunks: three bytes with twice their length, plus one when the chunk is
/// as it was, and the chunk.
std::expected<std::string, std::string> unpacked(std::string_view footer, Packing packing) {
    if (packing == Packing::none) return std::string(footer);
    if (packing == Packing::lzo || packing >= Packing::brotli) {
        const auto number = static_cast<std::size_t>(packing);
        return std::unexpected(
            fmt::format("it is ORC compressed by {}, which Freshet does not unpack",
                        number < packing_names.size() ? packing_names[number] : "something new"));
    }
    std::string out;
    while (footer.size() >= 3) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(footer[i]));
        };
        const std::size_t header = byte(0) | byte(1) << 8 | byte(2) << 16;
        const std::size_t size = header >> 1;
        if (size > footer.size() - 3) break;
        const std::string_view chunk = footer.substr(3, size);
        footer.remove_prefix(3 + size);
        bool is_good = true;
        if ((header & 1) != 0)
            out += chunk;
        else
            is_good = has_unpacked(chunk, packing, out);
        if (!is_good) return std::unexpected(std::string("it is ORC with a damaged footer"));
    }
    return out;
}

struct Type {
    std::uint64_t kind = 0, precision = 0, scale = 0, length = 0;
    std::vector<std::uint64_t> parts;
    std::vector<std::string> names;
};

std::optional<Type> type_in(std::string_view message) {
    Type out;
    ByteReader in(message);
    while (in.left() > 0) {
        Field field;
        if (!read_field(in, field)) return std::nullopt;
        if (field.is(1, Wire::varint)) out.kind = field.value;
        if (field.is(2, Wire::varint)) out.parts.push_back(field.value);
        if (field.is(2, Wire::bytes)) {  // packed
            std::uint64_t value = 0;
            unsigned shift = 0;
            for (const char c : field.bytes) {
                value |= std::uint64_t{static_cast<unsigned char>(c) & 0x7FU} << (shift & 63U);
                shift += 7;
                if ((static_cast<unsigned char>(c) & 0x80U) != 0) continue;
                out.parts.push_back(std::exchange(value, 0));
                shift = 0;
            }
        }
        if (field.is(3, Wire::bytes)) out.names.emplace_back(field.bytes);
        if (field.is(4, Wire::varint)) out.length = field.value;
        if (field.is(5, Wire::varint)) out.precision = field.value;
        if (field.is(6, Wire::varint)) out.scale = field.value;
    }
    return out;
}

constexpr std::uint64_t kind_struct = 12;

/// `left`: how many types may still be written; what is beyond is text.
std::string hive_type(const std::vector<Type>& types, std::uint64_t at, int depth, int& left) {
    static constexpr std::array scalars{"boolean", "tinyint", "smallint", "int",    "bigint",
                                        "float",   "double",  "string",   "binary", "timestamp"};
    if (at >= types.size() || depth > nesting_max || --left < 0) return "string";
    const Type& type = types[at];
    const auto part = [&](std::size_t i) {
        return i < type.parts.size() ? hive_type(types, type.parts[i], depth + 1, left)
                                     : std::string("string");
    };
    if (type.kind < scalars.size()) return scalars[type.kind];
    switch (type.kind) {
        case 10:
            return "array<" + part(0) + ">";
        case 11:
            return "map<" + part(0) + "," + part(1) + ">";
        case 14:
            return fmt::format("decimal({},{})", type.precision == 0 ? 38 : type.precision,
                               type.scale);
        case 15:
            return "date";
        case 16:
            return fmt::format("varchar({})", type.length);
        case 17:
            return fmt::format("char({})", type.length);
        case 18:
            return "timestamp";
        default:
            break;
    }
    if (type.kind != kind_struct && type.kind != 13) return "string";
    std::string inner;
    for (std::size_t i = 0; i < type.parts.size() && inner.size() < type_bytes_max; ++i) {
        inner += inner.empty() ? "" : ",";
        if (type.kind == kind_struct)
            inner += (i < type.names.size() ? type.names[i] : fmt::format("_{}", i)) + ":";
        inner += part(i);
    }
    return (type.kind == kind_struct ? "struct<" : "uniontype<") + inner + ">";
}

void measure(const std::vector<Type>& types, OrcSchema& out) {
    std::vector<std::size_t> depths(types.size());
    for (std::size_t at = 0; at < types.size(); ++at) {
        for (const std::uint64_t part : types[at].parts) {
            if (part <= at || part >= types.size()) {
                out.is_in_order = false;
                return;
            }
            depths[part] = depths[at] + 1;
            out.depth = std::max(out.depth, depths[part]);
        }
    }
}

}  // namespace

std::expected<std::uint64_t, std::string> orc_footer_bytes(std::string_view tail,
                                                           std::uint64_t file_bytes) {
    const auto postscript = postscript_of(tail);
    if (!postscript)
        return std::unexpected(std::string("it begins as ORC does, and does not end so"));
    if (postscript->footer_bytes > file_bytes ||
        postscript->footer_bytes + postscript->size > file_bytes)
        return std::unexpected(std::string("it is ORC with a footer longer than the file"));
    return postscript->footer_bytes + postscript->size;
}

std::expected<OrcSchema, std::string> read_orc_schema(std::string_view end) {
    const auto postscript = postscript_of(end);
    if (!postscript || postscript->footer_bytes > end.size() - postscript->size)
        return std::unexpected(std::string("it is ORC with a damaged end"));
    const std::string_view packed = end.substr(
        end.size() - postscript->size - postscript->footer_bytes, postscript->footer_bytes);
    const auto footer = unpacked(packed, postscript->packing);
    if (!footer) return pass(footer);
    OrcSchema out;
    std::vector<Type> types;
    ByteReader in{std::string_view(*footer)};
    while (in.left() > 0) {
        Field field;
        if (!read_field(in, field))
            return std::unexpected(std::string("it is ORC with a damaged footer"));
        if (field.is(6, Wire::varint)) out.rows = field.value;
        if (!field.is(4, Wire::bytes)) continue;
        auto type = type_in(field.bytes);
        if (!type) return std::unexpected(std::string("it is ORC with a damaged footer"));
        types.push_back(std::move(*type));
    }
    if (types.empty() || types[0].kind != kind_struct)
        return std::unexpected(std::string("it is ORC, and its rows are no structs"));
    measure(types, out);
    int left = types_max;
    for (std::size_t i = 0; i < types[0].parts.size() && i < types[0].names.size(); ++i) {
        std::string type = hive_type(types, types[0].parts[i], 1, left);
        if (type.size() > type_bytes_max) type = "string";
        out.columns.push_back({types[0].names[i], std::move(type)});
    }
    return out;
}

}  // namespace freshet::record
