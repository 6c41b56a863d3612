// The bounds of the lake service.
#pragma once
#include <cstddef>

namespace freshet::lake::limits {

inline constexpr std::size_t sample_bytes_max = 1 << 20;  ///< AWS: of a file
inline constexpr std::size_t parquet_metadata_bytes_max = 4
                                                          << 20;  ///< the schema is in their front
inline constexpr std::size_t sample_bytes_min = 16 << 10;  ///< of a file, however many there are
inline constexpr std::size_t json_sample_bytes_max = 10 << 20;  ///< AWS: until a document is whole
inline constexpr std::size_t sample_files_max = 1000;  ///< of a target; one a folder in any case
inline constexpr std::size_t samples_bytes_max = 64 << 20;  ///< of a target, as a goal
inline constexpr int sample_size_max = 249;                 ///< AWS: S3Target.SampleSize
inline constexpr std::size_t history_max = 100;  ///< crawls of a crawler that are remembered
inline constexpr std::size_t glob_alternatives_max =
    64;  ///< what {a,b}{c,d} of an exclusion may mean
inline constexpr std::size_t list_page = 1000;
inline constexpr std::size_t partitions_at_once = 500;  ///< made in one transaction
inline constexpr std::size_t targets_max = 100;

}  // namespace freshet::lake::limits
