// The bounds of the lake service.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::lake::limits {

inline constexpr std::size_t sample_bytes_max = 1 << 20;  ///< AWS: of a file
inline constexpr std::size_t parquet_metadata_bytes_max = 4
                                                          << 20;  ///< the schema is in their front
inline constexpr std::size_t sample_bytes_min = 16 << 10;  ///< of a file, however many there are
inline constexpr std::size_t json_sample_bytes_max = 10 << 20;  ///< AWS: until a document is whole
inline constexpr std::size_t sample_files_max = 1000;  ///< of a target; one a folder in any case
inline constexpr std::size_t samples_bytes_max = 64 << 20;  ///< of a target, as a goal
inline constexpr std::size_t records_max = 1000;  ///< AWS: of a file, lines of text that are judged
inline constexpr std::uint64_t xz_memory_bytes_max = 128 << 20;  ///< xz -9 takes 65 MiB
inline constexpr int grok_depth_max = 20;                        ///< patterns inside of patterns
inline constexpr std::size_t grok_bytes_max = 256 << 10;         ///< of an expression without names
inline constexpr int xml_depth_max = 100;
inline constexpr std::size_t rows_path_steps_max = 20;  ///< of a JSON path
inline constexpr int sample_size_max = 249;             ///< AWS: S3Target.SampleSize
inline constexpr std::size_t history_max = 100;         ///< crawls of a crawler that are remembered
inline constexpr std::size_t glob_alternatives_max =
    64;  ///< what {a,b}{c,d} of an exclusion may mean
inline constexpr std::size_t list_page = 1000;
inline constexpr std::size_t partitions_at_once = 500;  ///< made in one transaction
inline constexpr std::size_t targets_max = 100;
inline constexpr std::size_t crawlers_max = 1000;     ///< AWS: of an account
inline constexpr std::size_t classifiers_max = 1000;  ///< of an account
inline constexpr std::size_t tags_max = 50;           ///< AWS: of a crawler
/// Changes of objects that are taken together, and files of a folder among them that are read.
inline constexpr std::size_t changes_at_once = 1000;
inline constexpr std::size_t followed_files_max = 10;
/// Changes that wait for a crawler. When there are more they are forgotten, and all is crawled.
inline constexpr std::size_t backlog_max = 5000;
/// After the objects of a table of more than a page were counted: for each of them.
inline constexpr Millis count_rest_per_object = 2ms;
/// Crawls of a crawler whose reasons are kept, and lines of each; the log has the others.
inline constexpr std::size_t explained_crawls_max = 20, explained_lines_max = 1000;
inline constexpr Millis tick_again_after = 1s;     ///< when a tick could not be kept
inline constexpr Millis follow_again_after = 10s;  ///< when they could not be taken

}  // namespace freshet::lake::limits
