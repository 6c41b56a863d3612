// The bounds of the engine: what a record, and what waits to be taken, may cost in memory.
#pragma once
#include <cstddef>

namespace freshet::flow::limits {

inline constexpr std::size_t batch_rows_max = 4096;  ///< through the operators at once
/// Memory of the rows of one record: 64 MiB, and 32 bytes for each of its own. Cells of one byte
/// stay below it; a record of "{}" into a thousand columns, or of one letter into CHAR(65535), does
/// not. A record over the bound becomes one row of error_stream.
inline constexpr std::size_t record_rows_bytes_base = 64 << 20, record_rows_bytes_factor = 32;
/// Rows of error_stream between two takes; the last one says how many were dropped. More than the
/// records that an application takes at once.
inline constexpr std::size_t error_rows_max = 16'384;
inline constexpr std::size_t error_bytes_max = 8 << 20;        ///< of their texts
inline constexpr std::size_t error_row_bytes_max = 49152 / 2;  ///< hexadecimal digits in DATA_ROW
/// When more than this waits to be taken, is_full() asks the caller to take it.
inline constexpr std::size_t emitted_rows_soft = 65'536, emitted_bytes_soft = 16 << 20;
/// A payload above it is not copied into the batch's arena; the batch keeps it.
inline constexpr std::size_t copied_payload_bytes_max = 64 * 1024;

}  // namespace freshet::flow::limits
