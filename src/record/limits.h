// The bounds of decoding: what one payload may cost.
#pragma once
#include <cstddef>

namespace freshet::record::limits {

inline constexpr std::size_t document_bytes_max = 4 << 20;  ///< of one JSON document
/// Memory of the rows that one JSON document makes by a row path or an array; cells that are NULL
/// and texts that each row repeats count.
inline constexpr std::size_t document_rows_bytes_max = 64 << 20;
/// Documents of a payload that never close and were looked through to its end. After these, a
/// document ends with its line: looking through all of a MiB for each of its lines takes minutes.
inline constexpr int unclosed_documents_max = 16;
inline constexpr std::size_t batch_bytes = 4 << 20;  ///< a decoder ends a batch after this much
inline constexpr std::size_t arena_block_bytes_min = 256, arena_block_bytes_max = 64 * 1024;
inline constexpr int zstd_window_log_max = 27;  ///< 128 MiB, as `zstd --long` writes
inline constexpr std::size_t cell_bytes = 17;   ///< of a text and its NULL flag; numbers take less

}  // namespace freshet::record::limits
