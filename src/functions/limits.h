// The bounds of the functions service, with the Lambda quota that each mirrors.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::functions {

inline constexpr std::size_t name_bytes_max = 64;
inline constexpr std::size_t payload_bytes_max = 6'291'556;        ///< of a call that waits
inline constexpr std::size_t event_payload_bytes_max = 1'048'576;  ///< of a call that does not
inline constexpr std::size_t environment_bytes_max = 4096;
inline constexpr int timeout_s_max = 900;  ///< of one call
/// Of /tmp, AWS's default. It bounds each file: the directory is not a disk of its own, so the
/// total of several files is not bounded.
inline constexpr int scratch_mib = 512;
inline constexpr std::size_t archive_bytes_max = 52'428'800;      ///< of a zip, uploaded directly
inline constexpr std::size_t archives_sent_bytes_max = 64 << 20;  ///< at once, by links to code
inline constexpr std::size_t tail_bytes_max = 4096;               ///< of LogType Tail
inline constexpr std::size_t log_piece_bytes = 64 * 1024;  ///< of lines; then they go to the log
inline constexpr Millis log_delay = 500ms;                 ///< of fewer lines, while a call runs
inline constexpr std::size_t processes_max = 16;           ///< at once, warm ones included
inline constexpr std::size_t waiting_calls_max = 1000;     ///< AWS: concurrency
inline constexpr int event_attempts_max = 3;               ///< the first and two more
inline constexpr Millis retry_first = 60'000ms;            ///< then twice that
inline constexpr std::size_t events_at_once = 16;
inline constexpr std::size_t trouble_bytes_max = 500;  ///< of a failure's text, for people

}  // namespace freshet::functions
