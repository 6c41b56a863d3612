// The bounds of the lake service.
#pragma once
#include <cstddef>

namespace freshet::lake::limits {

inline constexpr std::size_t sample_bytes_max = 1 << 20;  ///< AWS: of a file
inline constexpr std::size_t parquet_metadata_bytes_max = 4
                                                          << 20;  ///< the schema is in their front
inline constexpr std::size_t sample_files_max = 5;                ///< of a table
inline constexpr std::size_t history_max = 100;  ///< crawls of a crawler that are remembered
inline constexpr std::size_t glob_alternatives_max =
    64;  ///< what {a,b}{c,d} of an exclusion may mean
inline constexpr std::size_t list_page = 1000;
inline constexpr std::size_t targets_max = 100;

}  // namespace freshet::lake::limits
