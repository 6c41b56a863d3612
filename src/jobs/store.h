// The tables of the jobs service; the only file of it that touches the database.
#pragma once
#include "jobs/types.h"
#include "meta/shape.h"

namespace freshet::jobs::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

Result<std::vector<Job>> jobs(const meta::Connection& connection);
/// Gives a new job its id.
Result<> put(meta::Txn& txn, Job& job);
/// With its runs and bookmarks.
Result<> remove_job(meta::Txn& txn, const Job& job);

/// Those that have not ended.
Result<std::vector<Run>> live_runs(const meta::Connection& connection);
/// Gives a new run its id. A job keeps limits::runs_kept of those that ended. A run that was
/// removed with its job stays away.
Result<> put(meta::Txn& txn, Run& run);
Result<std::optional<Run>> find_run(const meta::Connection& connection, const JobKey& job,
                                    const std::string& run_id);
/// The newest first, with ids below `before`; 0: no bound.
Result<std::vector<Run>> runs(const meta::Connection& connection, const JobKey& job,
                              std::int64_t before, std::size_t count_max);

/// In the order in which they were added.
Result<std::vector<Bookmark>> bookmarks(const meta::Connection& connection, const JobKey& job);
Result<> add(meta::Txn& txn, const JobKey& job, const Bookmark& bookmark);
/// The bookmarks of `job` are those of `kept`, afterwards.
Result<> replace_bookmarks(meta::Txn& txn, const JobKey& job, const std::vector<Bookmark>& kept);

Result<std::vector<Trigger>> triggers(const meta::Connection& connection);
/// Gives a new trigger its id.
Result<> put(meta::Txn& txn, Trigger& trigger);
Result<> remove_trigger(meta::Txn& txn, std::int64_t id);

}  // namespace freshet::jobs::store
