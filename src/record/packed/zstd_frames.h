// Zstandard's frames.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::record {

enum class Unpacking {
    ended,   ///< with the last byte
    cut,     ///< there is more, or the bytes end inside of a frame
    damaged  ///< what is before the damage was appended
};

/// Appends what the frames in `packed` hold; stops some bytes after `bytes_max`. A frame whose
/// window is larger than limits.h allows is damaged.
Unpacking append_zstd(std::string_view packed, std::size_t bytes_max, std::string& out);

}  // namespace freshet::record
