// The bounds of streams, with the AWS quota that each mirrors.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::stream::limits {

inline constexpr int shards_per_create_max = 10'000;          ///< AWS: up to 20,000 an account on request
inline constexpr int on_demand_shards = 4;                     ///< a new on-demand stream's
inline constexpr int retention_hours_min = 24;                 ///< AWS
inline constexpr int retention_hours_max = 8760;               ///< AWS
inline constexpr int record_kib_default = 1024;                ///< AWS
inline constexpr std::size_t put_records_bytes_max = 10 * 1024 * 1024;  ///< AWS: data and keys of one request
inline constexpr std::size_t get_records_bytes_max = 10 * 1024 * 1024;  ///< AWS
inline constexpr std::size_t get_records_max = 10'000;         ///< AWS
inline constexpr Millis iterator_life = 300'000ms;             ///< AWS
inline constexpr std::size_t tags_max = 50;                    ///< AWS
inline constexpr Millis retention_check_every = 60'000ms;

}  // namespace freshet::stream::limits
