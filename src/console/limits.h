// The bounds of the console.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::console::limits {

inline constexpr Millis sample_every = 1000ms;
inline constexpr std::size_t samples_max = 300;  ///< of one counter: five minutes
inline constexpr Millis rate_over = 5000ms;      ///< a rate looks back so far
inline constexpr std::size_t sampled_streams_max = 500;
inline constexpr std::size_t request_bytes_max = 1024 * 1024;
inline constexpr std::int64_t query_rows_max = 1000;  ///< of the SQL page; the result file has all
inline constexpr std::size_t live_max = 100;          ///< pages that watch at the same time
inline constexpr std::size_t tables_shown_max = 40;   ///< of the graph

}  // namespace freshet::console::limits
