#include "log/frame.h"

#include <array>
#include <bit>

#include "base/check.h"
#include "base/crypto/digest.h"

namespace freshet::log {
namespace {

constexpr std::uint32_t magic = 0x31465246;  // "FRF1"

}  // namespace

Frame make_frame(const FrameHeader& header, std::span<const Bytes> records) {
    std::size_t size = frame_header_bytes + 4 * records.size();
    for (const Bytes& record : records) size += record.size();
    FRESHET_CHECK(!records.empty());  // a reader takes a frame without records for damage
    FRESHET_CHECK(size <= frame_bytes_limit);
    Frame frame{header, {}};
    frame.header.count = static_cast<std::uint32_t>(records.size());
    frame.header.length = static_cast<std::uint32_t>(size);
    std::string body;
    body.reserve(size);
    put_number(body, magic);
    put_number(body, std::uint32_t{0});  // the checksum, below
    put_number(body, frame.header.length);
    put_number(body, frame.header.count);
    put_number(body, *header.partition);
    put_number(body, header.first);
    put_number(body, to_epoch_ms(header.time));
    put_number(body, header.token.producer);
    put_number(body, header.token.sequence);
    for (const Bytes& record : records) put_number(body, static_cast<std::uint32_t>(record.size()));
    for (const Bytes& record : records) body.append(record.view());
    FRESHET_CHECK(body.size() == frame.header.length);
    std::string checksum;
    put_number(checksum, crc32c(std::string_view(body).substr(8)));
    body.replace(4, 4, checksum);
    frame.bytes = Bytes::own(std::move(body));
    // A reader gets back what was given.
    const auto read = peek_frame(frame.bytes.view());
    FRESHET_CHECK(read && read->first == header.first && read->count == records.size());
    return frame;
}

std::vector<Frame> make_frames(FrameHeader header, std::span<const Bytes> records,
                               std::size_t frame_bytes_max) {
    std::vector<Frame> frames;
    for (std::size_t from = 0; from < records.size();) {
        std::size_t to = from, bytes = 0;
        while (to < records.size() && (to == from || bytes + records[to].size() <= frame_bytes_max))
            bytes += records[to++].size() + 4;
        frames.push_back(make_frame(header, records.subspan(from, to - from)));
        header.first += to - from;
        from = to;
    }
    return frames;
}

std::optional<FrameHeader> peek_frame(std::string_view data) {
    if (data.size() < frame_header_bytes || get_number<std::uint32_t>(data, 0) != magic)
        return std::nullopt;
    FrameHeader header;
    header.length = get_number<std::uint32_t>(data, 8);
    header.count = get_number<std::uint32_t>(data, 12);
    header.partition = PartitionId(get_number<std::uint64_t>(data, 16));
    header.first = get_number<std::uint64_t>(data, 24);
    header.time = from_epoch_ms(get_number<std::int64_t>(data, 32));
    header.token = {get_number<std::uint64_t>(data, 40), get_number<std::uint64_t>(data, 48)};
    const std::uint64_t least = frame_header_bytes + 4ULL * header.count;
    if (header.count == 0 || header.length < least || header.length > frame_bytes_limit)
        return std::nullopt;
    return header;
}

Result<Frame> parse_frame(const Bytes& bytes) {
    const auto header = peek_frame(bytes.view());
    if (!header || header->length > bytes.size())
        return fail(freshet::Errc::corrupt, "a log frame is cut or has no header");
    Frame frame{*header, bytes.slice(0, header->length)};
    const std::string_view data = frame.bytes.view();
    if (crc32c(data.substr(8)) != get_number<std::uint32_t>(data, 4))
        return fail(freshet::Errc::corrupt, "the checksum of a log frame is wrong");
    std::uint64_t size = frame_header_bytes + 4ULL * header->count;
    for (std::uint32_t i = 0; i < header->count; ++i)
        size += get_number<std::uint32_t>(data, frame_header_bytes + 4ULL * i);
    if (size != header->length)
        return fail(freshet::Errc::corrupt, "the lengths inside a log frame contradict it");
    return frame;
}

namespace {

/// How a bit of the message shows in its CRC-32C: the effect of one more byte after it.
constexpr std::uint32_t after_one_byte(std::uint32_t effect) {
    for (int i = 0; i < 8; ++i) effect = (effect >> 1) ^ (effect & 1 ? 0x82f63b78U : 0U);
    return effect;
}

constexpr auto effects = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) table[byte] = after_one_byte(byte);
    return table;
}();

bool explains_checksum(std::uint32_t difference, std::size_t bytes) {
    if (std::popcount(difference) == 1) return true;  // a bit of the checksum itself
    std::array<std::uint32_t, 8> of_bit{};
    for (std::size_t bit = 0; bit < 8; ++bit) of_bit[bit] = effects[std::size_t{1} << bit];
    for (std::size_t i = 0; i < bytes; ++i) {
        for (std::uint32_t& effect : of_bit) {
            if (effect == difference) return true;
            effect = (effect >> 8) ^ effects[effect & 0xff];
        }
    }
    return false;
}

}  // namespace

bool is_one_bit_off(const Bytes& bytes) {
    const std::string_view data = bytes.view();
    if (data.size() < frame_header_bytes) return false;
    const std::size_t length = get_number<std::uint32_t>(data, 8);
    if (length >= frame_header_bytes && length <= data.size()) {
        const std::uint32_t difference =
            crc32c(data.substr(8, length - 8)) ^ get_number<std::uint32_t>(data, 4);
        if (get_number<std::uint32_t>(data, 0) == magic &&
            explains_checksum(difference, length - 8))
            return true;
    }
    std::string copy(data);
    for (std::size_t bit = 0; bit < 12 * 8; ++bit) {  // magic, checksum, length
        const auto mask = static_cast<char>(1 << (bit % 8));
        copy[bit / 8] = static_cast<char>(copy[bit / 8] ^ mask);
        if (parse_frame(Bytes::share(nullptr, copy))) return true;
        copy[bit / 8] = static_cast<char>(copy[bit / 8] ^ mask);
    }
    return false;
}

void append_records(const Frame& frame, Ordinal from, std::size_t records_max,
                    std::vector<Record>& out) {
    const std::string_view data = frame.bytes.view();
    std::size_t at = frame_header_bytes + 4ULL * frame.header.count;
    for (std::uint32_t i = 0; i < frame.header.count && records_max > 0; ++i) {
        const auto size = get_number<std::uint32_t>(data, frame_header_bytes + 4ULL * i);
        const Ordinal ordinal = frame.header.first + i;
        FRESHET_CHECK(at + size <= data.size());  // parse_frame() added the lengths up
        if (ordinal >= from) {
            out.push_back({ordinal, frame.header.time, frame.bytes.slice(at, size)});
            --records_max;
        }
        at += size;
    }
}

}  // namespace freshet::log
