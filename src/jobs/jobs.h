// The jobs service (Glue's jobs): jobs, their runs and bookmarks. triggers.h starts runs by the
// clock and by the ends of others.
#pragma once
#include <functional>

#include "jobs/ledger.h"
#include "jobs/runner.h"

namespace freshet::jobs {

/// A bookmark as GetJobBookmark shows it.
struct BookmarkView {
    Bookmark bookmark;
    int number = 0;   ///< of the good runs with bookmarks, this one's place from 1; 0: none yet
    int version = 0;  ///< counts the resets
};

/// Life: the ledger is loaded; load() before the home core runs, start(), then calls in any order,
/// stop() before it is destroyed. Home core. What changes something completes when it is durable:
/// a run that was answered is carried out, whatever happens to the server, or says why it was not.
/// Pointers from find() and list() are good until the caller waits.
class Jobs {
  public:
    /// `directory`: for the runs' scratch directories; emptied by load().
    Jobs(Ledger& ledger, io::Pool& pool, Ports ports, std::string directory)
        : ledger_(ledger),
          directory_(directory),
          runner_(ledger, pool, ports, std::move(directory)) {}
    Result<> load();
    void start(std::string endpoint) { runner_.start(std::move(endpoint)); }
    io::Task<void> stop() { return runner_.stop(); }
    io::Core& home() { return ledger_.home(); }

    /// The same job once more is no failure; Errc::exists when it differs.
    io::Task<Result<>> create(JobKey key, Settings settings, Tags tags);
    Result<const Job*> find(const JobKey& key) const;
    std::vector<const Job*> list(const Home& home) const;
    /// Replaces all that a user sets.
    io::Task<Result<>> update(JobKey key, Settings settings);
    /// With its runs, which are ended first. Nothing for one that is not there.
    io::Task<Result<>> remove(JobKey key);
    io::Task<Result<>> change_tags(JobKey key, Tags added, std::vector<std::string> removed);

    /// Its id. `retried`: a run of the job whose arguments the new one has; "" for none.
    io::Task<Result<std::string>> start_run(JobKey key, RunRequest request, std::string retried);
    io::Task<Result<Run>> find_run(JobKey key, std::string run_id);
    /// The newest first, with ids (Run::id) below `before`; 0: no bound.
    io::Task<Result<std::vector<Run>>> runs(JobKey key, std::int64_t before, std::size_t count_max);
    /// It ends soon. Errc::wrong_state for one that has ended.
    io::Task<Result<>> stop_run(JobKey key, std::string run_id);

    /// Of `run_id`, or the newest. Errc::not_found when there is none.
    io::Task<Result<BookmarkView>> bookmark(JobKey key, std::string run_id);
    /// Back to where it was after `run_id`, or to the beginning.
    io::Task<Result<BookmarkView>> reset_bookmark(JobKey key, std::string run_id);

  private:
    Ledger& ledger_;
    std::string directory_;
    Runner runner_;
};

}  // namespace freshet::jobs
