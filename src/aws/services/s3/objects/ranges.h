// Which bytes of an object a request asks for: a Range (RFC 9110, 14.2) or a part of a multipart
// upload.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "aws/fault.h"
#include "objects/types.h"

namespace freshet::aws::s3_words {

struct Range {
    std::uint64_t first = 0, size = 0;
};

/// "bytes=a-b", "bytes=a-", "bytes=-n" of `size` bytes; nothing for all of it: without a
/// header, with one that is not of these forms, and with several ranges, which S3 does not build. A
/// fault when no byte is in the range.
Answer<std::optional<Range>> parse_range(const std::optional<std::string>& header,
                                         std::uint64_t size);
/// x-amz-copy-source-range: "bytes=a-b" alone, whole inside `size`.
Answer<Range> parse_copy_range(const std::string& header, std::uint64_t size);

/// The bytes of an answer.
struct Slice {
    Range range;
    std::optional<std::string> content_range;  ///< a part of the object: 206
    // of a multipart object of which a part is asked for
    std::optional<std::int32_t> parts_count;
    // base64; of such a part, where the object's checksum is made of those
    std::optional<std::string> part_checksum;
};

/// A range or a part, not both; the range is asked for only while the object is the one that
/// `if_range` names.
Answer<Slice> slice_of(const std::optional<std::string>& range,
                       const std::optional<std::string>& if_range,
                       const std::optional<std::int32_t>& part_number,
                       const objects::ObjectInfo& object);

}  // namespace freshet::aws::s3_words
