// The bounds of the object engine.
#pragma once
#include <cstdint>

#include "base/time.h"

namespace freshet::objects::limits {

inline constexpr std::uint64_t packed_bytes_max = 128 * 1024;        ///< larger objects get a file of their own
inline constexpr std::uint64_t pack_bytes = 256 * 1024 * 1024;       ///< then a new pack begins
inline constexpr std::uint64_t read_piece_bytes = 1024 * 1024;
inline constexpr std::uint64_t part_bytes_min = 5 * 1024 * 1024;     ///< S3: of every part but the last
inline constexpr int part_number_max = 10'000;                       ///< S3
inline constexpr Millis unlink_grace = 15min;                        ///< readers of a deleted object finish within it
inline constexpr Millis sweep_every = 60'000ms;

}  // namespace freshet::objects::limits
