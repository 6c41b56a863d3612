// The bounds of the jobs service, with the Glue quota that each mirrors.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::jobs::limits {

inline constexpr std::size_t jobs_max = 1000;       ///< Glue: of an account
inline constexpr std::size_t triggers_max = 1000;   ///< Glue: of an account
inline constexpr std::size_t live_runs_max = 1000;  ///< of all jobs, those that wait included
inline constexpr std::size_t processes_max = 8;     ///< runs at work at once; others are STARTING
inline constexpr std::size_t runs_kept = 1000;      ///< of a job; the oldest that ended go
inline constexpr int retries_max = 10;              ///< Glue: MaxRetries
inline constexpr int timeout_min_default = 2880;    ///< Glue: of a run
inline constexpr int timeout_min_max = 10'080;      ///< Glue: seven days
inline constexpr std::size_t script_bytes_max = 4 << 20;
inline constexpr std::size_t library_bytes_max = 256 << 20;  ///< of one of --extra-py-files
inline constexpr std::size_t libraries_max = 32;             ///< of a run
inline constexpr std::size_t statements_max = 1000;          ///< of a script of SQL
inline constexpr double spark_units_default = 10;            ///< Glue: DPU of a glueetl job
inline constexpr double units_default = 0.0625;              ///< Glue: DPU of a pythonshell job
inline constexpr std::size_t memory_bytes_of_unit = std::size_t{16} << 30;    ///< Glue: of a DPU
inline constexpr std::size_t scratch_file_bytes_max = std::size_t{20} << 30;  ///< Glue: of a run
inline constexpr std::size_t output_bytes_max = 64 << 20;  ///< of what a run prints, each stream
inline constexpr std::size_t error_bytes_max = 2000;       ///< of a run's error, for people
inline constexpr std::size_t actions_max = 10;             ///< of a trigger
inline constexpr std::size_t conditions_max = 10;          ///< Glue: of a trigger
inline constexpr Millis retry_after = 1000ms;              ///< of an end that storage did not take

}  // namespace freshet::jobs::limits
