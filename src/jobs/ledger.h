// The state of the jobs service and its one way to change: commit() writes the changes in one
// transaction and then makes them in memory, so that memory holds what is durable.
#pragma once
#include "io/core.h"
#include "io/turn.h"
#include "jobs/errors.h"
#include "jobs/known.h"
#include "meta/database.h"

namespace freshet::jobs {

/// Life: load() before the home core runs; the rest on it. Whoever decides a change takes the turn
/// before it reads known(), and holds it until commit() has completed. `database` outlives this.
class Ledger {
  public:
    Ledger(io::Core& home, meta::Database& database)
        : home_(home), database_(database), turn_(home), changed_(home) {}
    /// Runs that an earlier server left at work end here (transitions.h).
    Result<> load();
    const Known& known() const { return known_; }
    io::Core& home() { return home_; }
    io::Task<io::Turn::Held> turn() { return turn_.take(); }
    /// Errc::unavailable: nothing is changed.
    io::Task<Result<>> commit(Changes changes);
    /// The crawls of changes that are durable, each once.
    std::vector<CrawlStart> take_crawls() { return std::exchange(crawls_, {}); }
    /// `job` and `trigger` are new or as they are afterwards.
    io::Task<Result<>> put(Job job);
    /// With its bookmarks.
    io::Task<Result<>> put(Job job, std::vector<Bookmark> bookmarks);
    io::Task<Result<>> put(Trigger trigger);
    io::Task<Result<>> remove(JobKey key);
    io::Task<Result<>> remove(TriggerKey key);
    /// The newest of a job.
    io::Task<Result<std::optional<Bookmark>>> bookmark(JobKey key);
    meta::Database& database() { return database_; }
    /// Notified after each change.
    io::Signal& changed() { return changed_; }

  private:
    static Result<> write(meta::Txn& txn, Changes& changes);
    void apply(Changes changes);
    void apply(Job job);
    io::Core& home_;
    meta::Database& database_;
    Known known_;
    std::vector<CrawlStart> crawls_;
    io::Turn turn_;
    io::Signal changed_;
};

}  // namespace freshet::jobs
