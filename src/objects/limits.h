// The bounds of the object engine.
#pragma once
#include <cstdint>

#include "base/time.h"

namespace freshet::objects::limits {

// larger objects get a file of their own
inline constexpr std::uint64_t packed_bytes_max = 128 * 1024;
inline constexpr std::uint64_t pack_bytes = 256 * 1024 * 1024;  ///< then a new pack begins
// read from the disk at once
inline constexpr std::uint64_t read_piece_bytes = 1024 * 1024;
// copied from the page cache at once: what a core's own cache holds until it is sent
inline constexpr std::uint64_t cached_piece_bytes = 256 * 1024;
// of a larger body, read before the answer begins
inline constexpr std::uint64_t first_piece_bytes = 64 * 1024;
// for all readers together
inline constexpr std::size_t open_packs_max = 64;
// in memory; with more it begins again
inline constexpr std::size_t known_buckets_max = 1000;
// in memory; with more, others are forgotten
inline constexpr std::size_t known_objects_max = 16 * 1024;
// of an object that is kept there: of its key, attributes and extents
inline constexpr std::size_t known_object_bytes_max = 2 * 1024;
// S3: of every part but the last
inline constexpr std::uint64_t part_bytes_min = 5 * 1024 * 1024;
inline constexpr int part_number_max = 10'000;  ///< S3
// readers of a deleted object finish within it
inline constexpr Millis unlink_grace = 15min;
// kept open by one reader; more are opened in turn
inline constexpr std::size_t reader_files_max = 16;
// in the log; the others are counted
inline constexpr std::size_t lost_files_named_max = 8;
// of files that no meta.db names: time to put the right one back
inline constexpr Millis quarantine_age = 7 * 24h;
// a run of the server numbers its files from run << 32 on
inline constexpr int run_shift = 32;
// of a pack; with more it is compacted
inline constexpr int garbage_percent_max = 30;
// one write, one sync, one commit, for which puts may wait
inline constexpr std::uint64_t compact_batch_bytes = 512 * 1024;
// after each batch: 5 MiB a second at the most
inline constexpr Millis compact_pause = 100ms;
// looked at in a sweep, which continues where the last one ended
inline constexpr std::size_t compact_packs_max = 64;
// in the pack that is being written; with less it is not sealed early
inline constexpr std::uint64_t seal_garbage_bytes = 128 * 1024;
// of an index from before version 3, in one transaction
inline constexpr std::size_t survey_rows = 500;
inline constexpr Millis sweep_every = 60'000ms;

}  // namespace freshet::objects::limits
