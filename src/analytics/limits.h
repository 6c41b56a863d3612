// The bounds of the analytics service.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::analytics::limits {

inline constexpr std::size_t inputs_max = 1;   ///< AWS: one streaming source
inline constexpr std::size_t outputs_max = 3;  ///< AWS: three destinations
inline constexpr std::size_t chunk_records_max = 8192;
inline constexpr std::size_t chunk_bytes_max = 8 << 20;  ///< of records taken at once
inline constexpr std::size_t event_records_max = 500;    ///< of one call of the function
inline constexpr std::size_t event_bytes_max = 3 << 20;  ///< its answer may have 6 MB
inline constexpr std::size_t calls_max = 4;              ///< of the function, at once
inline constexpr std::size_t windows_max = 60;           ///< kept for people
/// Of the output rows of one commit. An append of the log takes 32 MiB, a row in memory about 200
/// bytes more than its text, and placing a row some microseconds of the home core.
inline constexpr std::size_t part_rows_max = 8192, part_bytes_max = 4 << 20;
inline constexpr std::size_t row_bytes_max = 10 << 20;  ///< of an output: a record of a stream
/// Of what the function made of the records of one commit; the record that goes beyond it is the
/// last one.
inline constexpr std::size_t prepared_bytes_max = 8 << 20;
inline constexpr std::size_t window_rows_max = 100;
inline constexpr std::size_t window_cell_characters_max = 1024;  ///< what follows is cut
inline constexpr std::size_t windows_bytes_max = 4 << 20;        ///< of all windows kept
inline constexpr std::size_t sample_records_max = 100;           ///< of DiscoverInputSchema
inline constexpr std::size_t sample_bytes_max = 1 << 20;
inline constexpr Millis look_every{100};  ///< how late an idle stream's window closes
inline constexpr Millis snapshot_every{10'000};
/// A snapshot that took t is followed by the next one after this many times t at the earliest.
inline constexpr int snapshot_rest_factor = 9;
/// A snapshot at the end of the server is given up after this; the one before it stays, and more is
/// replayed. SIGTERM ends within 5 s.
inline constexpr Millis last_snapshot_max{2000};
inline constexpr std::size_t piece_bytes_max = 4 << 20;  ///< of a snapshot's file
/// Of a snapshot's file between two syncs: on ext4 another file's fsync waits for what this one has
/// not synced.
inline constexpr std::size_t snapshot_sync_bytes = 4 << 20;
/// Threads that compute for all applications. Their own: a window of ten million keys closes for
/// seconds, and puts of objects use the server's.
inline constexpr std::size_t engine_threads = 4;
inline constexpr Millis retry_first{100}, retry_max{5000};

}  // namespace freshet::analytics::limits
