#include "delivery/codecs/deflate.h"

#include <limits>

#include "base/check.h"

namespace freshet::delivery {
namespace {

constexpr std::size_t room_bytes = 64 * 1024;  ///< for deflate(), at a time

void append_u16(std::string& out, std::uint64_t value) {
    out += static_cast<char>(value & 0xff);
    out += static_cast<char>(value >> 8 & 0xff);
}
void append_u32(std::string& out, std::uint64_t value) {
    // Sizes of an object are far below the limit of a ZIP archive without its 64-bit extension.
    FRESHET_CHECK(value <= std::numeric_limits<std::uint32_t>::max());
    append_u16(out, value & 0xffff);
    append_u16(out, value >> 16);
}

/// Date and time as MS-DOS has them, in UTC; not before 1980.
std::uint32_t dos_time(Timestamp time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time - day));
    const int year = std::max(1980, static_cast<int>(date.year()));
    return static_cast<std::uint32_t>(year - 1980) << 25 |
           static_cast<unsigned>(date.month()) << 21 | static_cast<unsigned>(date.day()) << 16 |
           static_cast<std::uint32_t>(clock.hours().count()) << 11 |
           static_cast<std::uint32_t>(clock.minutes().count()) << 5 |
           static_cast<std::uint32_t>(clock.seconds().count() / 2);
}

}  // namespace

Deflater::~Deflater() {
    if (is_begun_) deflateEnd(&stream_);
}

Result<> Deflater::add(std::string_view piece, std::string& out) {
    return piece.empty() ? Result<>() : run(piece, Z_NO_FLUSH, out);
}

Result<> Deflater::finish(std::string& out) { return run({}, Z_FINISH, out); }

Result<> Deflater::run(std::string_view piece, int flush, std::string& out) {
    if (!is_begun_ && deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits_, 8,
                                   Z_DEFAULT_STRATEGY) != Z_OK)
        return fail(Errc::io, "zlib did not start");
    is_begun_ = true;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    while (true) {
        const std::size_t before = out.size();
        int code = Z_OK;
        out.resize_and_overwrite(before + room_bytes, [&](char* text, std::size_t) {
            stream_.next_out = reinterpret_cast<Bytef*>(text + before);
            stream_.avail_out = room_bytes;
            code = deflate(&stream_, flush);
            return before + room_bytes - stream_.avail_out;
        });
        if (code == Z_STREAM_ERROR) return fail(Errc::io, "zlib refused to compress");
        if (code == Z_STREAM_END) return {};
        if (flush == Z_NO_FLUSH && stream_.avail_out > 0) {
            FRESHET_CHECK(stream_.avail_in == 0);  // deflate() took the whole piece
            return {};
        }
    }
}

Result<> GzipEncoder::add(std::string_view piece, std::string& out) {
    return deflater_.add(piece, out);
}

Result<> GzipEncoder::finish(std::string& out) { return deflater_.finish(out); }

std::string ZipEncoder::fields(bool is_known) const {
    constexpr std::uint32_t version = 20;              // what unzips it must know: deflate
    constexpr std::uint32_t flags = 1 << 3 | 1 << 11;  // a data descriptor follows; names are UTF-8
    constexpr std::uint32_t deflated = 8;
    std::string out;
    append_u16(out, version);
    append_u16(out, flags);
    append_u16(out, deflated);
    append_u32(out, dos_time(entry_.modified));
    append_u32(out, is_known ? crc_ : 0);
    append_u32(out, is_known ? deflated_bytes_ : 0);
    append_u32(out, is_known ? raw_bytes_ : 0);
    append_u16(out, entry_.name.size());
    append_u16(out, 0);  // no extra field
    return out;
}

void ZipEncoder::begin(std::string& out) {
    if (is_begun_) return;
    is_begun_ = true;
    crc_ = static_cast<std::uint32_t>(crc32(0, nullptr, 0));
    out += "PK\3\4" + fields(false) + entry_.name;
}

Result<> ZipEncoder::add(std::string_view piece, std::string& out) {
    begin(out);
    crc_ = static_cast<std::uint32_t>(
        crc32_z(crc_, reinterpret_cast<const Bytef*>(piece.data()), piece.size()));
    raw_bytes_ += piece.size();
    const std::size_t before = out.size();
    auto added = deflater_.add(piece, out);
    deflated_bytes_ += out.size() - before;
    return added;
}

Result<> ZipEncoder::finish(std::string& out) {
    begin(out);
    const std::size_t before = out.size();
    if (auto finished = deflater_.finish(out); !finished) return finished;
    deflated_bytes_ += out.size() - before;
    out += "PK\7\x08";
    append_u32(out, crc_);
    append_u32(out, deflated_bytes_);
    append_u32(out, raw_bytes_);
    const std::uint64_t local_header_bytes = 30 + entry_.name.size();
    constexpr std::uint64_t descriptor_bytes = 16;
    std::string directory("PK\1\2");
    append_u16(directory, 20);  // made by: the same version, MS-DOS attributes
    directory += fields(true);
    directory.append(2 + 2 + 2 + 4 + 4, '\0');  // no comment, disk 0, no attributes, offset 0
    directory += entry_.name;
    std::string end("PK\5\6");
    append_u32(end, 0);  // the only disk
    append_u16(end, 1);
    append_u16(end, 1);
    append_u32(end, directory.size());
    append_u32(end, local_header_bytes + deflated_bytes_ + descriptor_bytes);
    append_u16(end, 0);  // no comment
    out += directory + end;
    return {};
}

}  // namespace freshet::delivery
