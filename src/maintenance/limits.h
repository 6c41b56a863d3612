// The bounds of the maintenance service.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::maintenance::limits {

inline constexpr std::uint64_t mebibyte = 1 << 20;
inline constexpr std::uint64_t target_bytes_default = 128 * mebibyte;
inline constexpr std::uint64_t target_bytes_min = mebibyte;
inline constexpr std::uint64_t target_bytes_max = 4096 * mebibyte;
/// Of the target size: an object that has at least so much is not merged again.
inline constexpr std::uint64_t large_percent = 75;
inline constexpr std::size_t list_page = 1000;
inline constexpr std::size_t sizes_page = 500;  ///< partitions of one answer with their sizes
/// One swap removes so many objects; a larger group is cut.
inline constexpr std::size_t group_objects_max = 5000;
/// A partition whose objects were changed during the work is planned again.
inline constexpr int tries_max = 10;
inline constexpr std::size_t notes_max = 200;  ///< of a run; the others are counted
inline constexpr std::size_t runs_kept = 200;  ///< that have ended, of all tables
inline constexpr std::size_t joined_piece_bytes = 1 << 20;
/// After each commit of a run that a policy began: puts and queries come first.
inline constexpr Millis policy_rest = 250ms;
inline constexpr Millis policy_every = 15'000ms;  ///< between two looks at the policies
/// An object that is younger is left to the next run of a policy: a delivery or an upload may
/// replace it.
inline constexpr Millis policy_age_min = 60'000ms;
inline constexpr Millis keep_raw_max = 366 * 24h;
inline constexpr Millis expire_every = 60'000ms;              ///< between two looks at kept sources
inline constexpr std::size_t expire_at_once = 1000;           ///< in one transaction
inline constexpr std::size_t rejected_rows_max = 10'000'000;  ///< of one group
inline constexpr std::size_t side_by_side = 2;  ///< partitions, each with a worker process
inline constexpr std::uint64_t worker_memory_mib = 320;

}  // namespace freshet::maintenance::limits
