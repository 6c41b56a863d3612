// The bounds of the query service and the AWS quotas they mirror.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::query::limits {

inline constexpr std::size_t statement_bytes_max = 262'144;  ///< Athena: QueryString
inline constexpr int page_rows_max = 1000;                   ///< Athena: GetQueryResults MaxResults
// Athena: MaxResults of List operations
inline constexpr int list_max = 50;
// queries that run at once; others queue
inline constexpr std::size_t workers_max = 2;
// more for queries that end soon, when all of those are taken
inline constexpr std::size_t small_workers_max = 1;
// in such a place; what takes longer waits for another one
inline constexpr Millis small_time_max = 10s;
inline constexpr std::int64_t small_memory_mib = 512;  ///< DuckDB's memory_limit there
inline constexpr std::size_t analyses_max = 2;         ///< statements that are read at once
// formats with their options that the partitions of one table have
inline constexpr std::size_t storages_max = 100;
// of an object that names the files of a table
inline constexpr std::uint64_t symlink_bytes_max = std::uint64_t{16} << 20;
inline constexpr std::uint64_t result_bytes_max = std::uint64_t{2} << 30;  ///< of a result object
// of rows that are asked for without a result object
inline constexpr std::size_t answer_bytes_max = std::size_t{64} << 20;
inline constexpr std::size_t queue_max = 1000;  ///< queries that wait
// DuckDB's memory_limit in one worker
inline constexpr std::int64_t worker_memory_mib = 2048;
inline constexpr Millis execution_time_max = 30min;                  ///< Athena: DML timeout
inline constexpr Millis history_kept = std::chrono::hours(24 * 45);  ///< Athena: 45 days
// cancels of statements that have not come yet
inline constexpr std::size_t cancelled_early_max = 100;
// GetQueryExecution waits so long for a near end
inline constexpr Millis first_look_wait = 250ms;
/// Executions that ended, kept for the metrics of the minute.
inline constexpr std::size_t finished_max = 10'000;

}  // namespace freshet::query::limits
