// The bounds of a function process.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::sandbox {

inline constexpr std::size_t answer_bytes_max = 6'291'556;  ///< Lambda's, of one answer
inline constexpr std::size_t line_bytes_max = 256 * 1024;   ///< a longer log line is cut in two
inline constexpr Millis init_time_max = 10'000ms;           ///< real time, to the first `next`
inline constexpr Millis interpreter_time_max = 30'000ms;    ///< real time, to say its version
/// Of what one call prints; the rest is read, counted and dropped. 64 times the log lines of
/// 64 KiB that CloudWatch once took.
inline constexpr std::size_t call_output_bytes_max = 4 << 20;
/// What a line counts besides its text, as CloudWatch counts a log event.
inline constexpr std::size_t line_bytes_extra = 26;
/// Of lines that the home core has not taken yet; beyond it the pipe fills and the function waits.
inline constexpr std::size_t output_waiting_bytes_max = 1 << 20;
/// Read from the pipe between two looks at the deadline.
inline constexpr std::size_t output_bytes_a_look = 256 * 1024;

}  // namespace freshet::sandbox
