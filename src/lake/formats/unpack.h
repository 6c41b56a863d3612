// Files that are compressed as a whole: which way, by their first bytes, and what is in their
// front.
#pragma once
#include <expected>
#include <string>

#include "base/bytes.h"

namespace freshet::lake {

struct Unpacked {
    std::string compression;  ///< "gzip", "zstd", as container_of() knows them; "" of plain bytes
    Bytes data;               ///< at most as many bytes as asked for
    bool is_whole = false;
};

/// `sample` is the front of a file, `is_whole` when it is all of it. gzip, bzip2, Zstandard, LZ4's
/// frames and xz may follow one another; Snappy comes in Hadoop's, snappy-java's and the framing
/// container; a ZIP archive has one member. The error says that the front is damaged or why it is
/// not unpacked; damage further back leaves what is before it.
std::expected<Unpacked, std::string> unpack(const Bytes& sample, bool is_whole,
                                            std::size_t bytes_max);

}  // namespace freshet::lake
