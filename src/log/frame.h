// A frame: records of one partition that were appended together, as bytes. The same bytes are in
// the journal and in the partition's segment (docs/formats/log.md). Invariant: a frame is written
// and checked whole; one whose checksum is wrong gives no record.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/byte_codec.h"
#include "log/log.h"

namespace freshet::log {

inline constexpr std::size_t frame_header_bytes = 56;
inline constexpr std::size_t frame_bytes_limit = 64 * 1024 * 1024;  ///< a longer length is damage

struct FrameHeader {
    PartitionId partition;
    Ordinal first = 0;
    Timestamp time;
    Token token;
    std::uint32_t count = 0;
    std::uint32_t length = 0;  ///< of the whole frame, header included
};

struct Frame {
    FrameHeader header;
    Bytes bytes;  ///< all of it
};

Frame make_frame(const FrameHeader& header, std::span<const Bytes> records);
/// The records of one append as frames of about `frame_bytes_max`.
std::vector<Frame> make_frames(FrameHeader header, std::span<const Bytes> records,
                               std::size_t frame_bytes_max);

/// The header at the start of `data` when it can be one: right magic, sane lengths. The checksum is
/// not looked at.
std::optional<FrameHeader> peek_frame(std::string_view data);
/// The frame at the start of `bytes`; Errc::corrupt when its checksum or its inside is wrong, or it
/// is cut.
Result<Frame> parse_frame(const Bytes& bytes);
/// Whether what parse_frame() refuses would be a frame but for one bit. A write that was cut short
/// does not look so.
bool is_one_bit_off(const Bytes& bytes);

/// Appends the frame's records from ordinal `from` on.
void append_records(const Frame& frame, Ordinal from, std::size_t records_max,
                    std::vector<Record>& out);

}  // namespace freshet::log
