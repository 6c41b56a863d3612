// The bounds of what is written.
#pragma once
#include <cstddef>

namespace freshet::duck::limits {

/// Key-value metadata of a source's footer that the files made of it take over.
inline constexpr std::size_t kept_metadata_bytes_max = 1 << 20;
inline constexpr std::size_t shown_key_bytes_max = 100;  ///< of its keys in a note
inline constexpr std::size_t dropped_notes_max = 20;     ///< entries that are named, of one file

}  // namespace freshet::duck::limits
