// Files that are compressed as a whole: which way, by their first bytes, and what is in their
// front.
#pragma once
#include <expected>
#include <string>

#include "base/bytes.h"

namespace freshet::lake {

struct Unpacked {
    std::string compression;  ///< "gzip", "bzip2", "snappy"; "" of plain bytes
    Bytes data;               ///< at most as many bytes as asked for
    bool is_whole = false;
};

/// `sample` is the front of a file, `is_whole` when it is all of it. gzip and bzip2 may have
/// several members; Snappy comes in Hadoop's, snappy-java's and the framing container. The error
/// names a compression that is not unpacked, or says that the front is damaged; damage further back
/// leaves what is before it.
std::expected<Unpacked, std::string> unpack(const Bytes& sample, bool is_whole,
                                            std::size_t bytes_max);

}  // namespace freshet::lake
