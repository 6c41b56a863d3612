// The bounds of delivery, with the AWS quota that each mirrors.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::delivery::limits {

inline constexpr std::int64_t buffer_mib_min = 1, buffer_mib_max = 128;  ///< AWS, S3
inline constexpr std::int64_t interval_s_max = 900;                      ///< AWS
inline constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;          ///< AWS: PutRecordBatch
inline constexpr std::size_t tags_max = 50;                              ///< AWS
inline constexpr std::size_t prefix_bytes_max = 512;                     ///< AWS: after evaluation
inline constexpr std::size_t piece_bytes = 1024 * 1024;   ///< of an object's bytes, made at a time
inline constexpr std::size_t read_records_max = 10'000;   ///< at a time from a source
inline constexpr std::size_t refill_bytes_max = 8 << 20;  ///< at a time, of an unfinished object
/// Of one object: it is made when so many wait. A record in memory costs about 100 bytes more than
/// its own, and small ones would take gigabytes before they fill a buffer.
inline constexpr std::size_t buffer_records_max = 1'000'000;
inline constexpr Millis retry_first = 1000ms,
                        retry_max = 60'000ms;  ///< between tries of a refused object

}  // namespace freshet::delivery::limits
