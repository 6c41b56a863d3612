// The bounds of the console.
#pragma once
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace freshet::console::limits {

inline constexpr Millis sample_every = 1000ms;
inline constexpr std::size_t samples_max = 300;  ///< of one counter: five minutes
inline constexpr Millis rate_over = 5000ms;      ///< a rate looks back so far
inline constexpr std::size_t sampled_streams_max = 500;
// then a stream's shards are sampled no more
inline constexpr Millis unwatched_after = 10'000ms;
inline constexpr Millis idle_after = 30'000ms;         ///< without GetRecords
inline constexpr std::size_t shards_shown_max = 1000;  ///< of a stream
// of a reader: the shards in which it lags most
inline constexpr std::size_t reader_places_shown_max = 100;
// into the log, for one picture of a stream
inline constexpr std::size_t lag_looks_max = 200;
// that is asked for; Kinesis has its own bound
inline constexpr std::int64_t shard_count_max = 1'000'000;
inline constexpr std::int64_t records_page = 50;  ///< when none is asked for
inline constexpr std::size_t records_page_max = 200;
inline constexpr std::size_t records_page_bytes_max = 4 * 1024 * 1024;  ///< read for one page
inline constexpr std::size_t preview_bytes_max = 120;
// of one record; the download has all
inline constexpr std::size_t shown_bytes_max = 1024 * 1024;
inline constexpr std::size_t user_records_shown_max = 200;  ///< of an aggregate
inline constexpr std::size_t request_bytes_max = 1024 * 1024;
inline constexpr std::int64_t query_rows_max = 1000;  ///< of the SQL page; the result file has all
inline constexpr std::size_t live_max = 100;          ///< pages that watch at the same time
inline constexpr std::size_t tables_shown_max = 40;   ///< of the graph
inline constexpr std::size_t lake_tables_max = 500;   ///< of the page of tables
inline constexpr std::size_t total_pages_max = 40;    ///< of partitions, counted for one answer
inline constexpr std::size_t crawlers_shown_max = 200;
inline constexpr std::size_t table_runs_max = 20;  ///< of a table's page, the newest
inline constexpr std::size_t run_notes_shown = 3;  ///< of each of them; one run alone has all
inline constexpr std::size_t jobs_shown_max = 200;
inline constexpr std::size_t triggers_shown_max = 200;
inline constexpr std::size_t job_runs_shown_max = 50;  ///< of a job, the newest
inline constexpr std::size_t log_lines_shown_max = 500;

}  // namespace freshet::console::limits
