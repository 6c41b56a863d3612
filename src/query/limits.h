// The bounds of the query service and the AWS quotas they mirror.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::query::limits {

inline constexpr std::size_t statement_bytes_max = 262'144;  ///< Athena: QueryString
inline constexpr int page_rows_max = 1000;                   ///< Athena: GetQueryResults MaxResults
inline constexpr int list_max = 50;                          ///< Athena: MaxResults of List operations
inline constexpr std::size_t workers_max = 2;                ///< queries that run at once; others queue
inline constexpr std::size_t queue_max = 1000;               ///< queries that wait
inline constexpr std::int64_t worker_memory_mib = 2048;      ///< DuckDB's memory_limit in one worker
inline constexpr Millis execution_time_max = 30min;          ///< Athena: DML timeout
inline constexpr Millis history_kept = std::chrono::hours(24 * 45);  ///< Athena: 45 days
inline constexpr Millis first_look_wait = 250ms;  ///< GetQueryExecution waits so long for a near end

}  // namespace freshet::query::limits
