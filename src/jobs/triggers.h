// Glue's triggers: what starts runs and crawls on demand, by the clock, or when others have ended.
#pragma once
#include <functional>

#include "jobs/ledger.h"
#include "jobs/ports.h"

namespace freshet::jobs {

/// Life: the ledger is loaded; start() once, then calls in any order, stop() before it is
/// destroyed. Home core. A trigger fires in the transaction that holds its reason - the end of the
/// run, the tick that moves on - so each reason fires once, whatever happens to the server. Crawls
/// are started after that. Pointers from find() and list() are good until the caller waits.
class Triggers {
  public:
    Triggers(Ledger& ledger, CrawlerPort& crawlers)
        : ledger_(ledger), crawlers_(crawlers), scope_(ledger.home()) {}
    void start();
    io::Task<void> stop();
    io::Core& home() { return ledger_.home(); }

    /// The same trigger once more is no failure; Errc::exists when it differs.
    io::Task<Result<>> create(Trigger wanted, bool is_active);
    Result<const Trigger*> find(const TriggerKey& key) const;
    std::vector<const Trigger*> list(const Home& home) const;
    /// Replaces all that a user sets, but for the type and the state.
    io::Task<Result<>> update(Trigger wanted);
    /// Nothing for one that is not there.
    io::Task<Result<>> remove(TriggerKey key);
    io::Task<Result<>> change_tags(TriggerKey key, Tags added, std::vector<std::string> removed);
    /// One on demand fires; another one is activated.
    io::Task<Result<>> activate(TriggerKey key);
    io::Task<Result<>> deactivate(TriggerKey key);

  private:
    io::Task<void> run_clock();
    io::Task<void> run_crawls();
    io::Task<void> watch_crawls();
    /// False: storage refused; it is tried again.
    io::Task<bool> tick(TriggerKey key);
    io::Task<bool> look_at_crawls();
    Result<> check(const Trigger& trigger) const;
    void begin_watching(Trigger& trigger) const;
    Ledger& ledger_;
    CrawlerPort& crawlers_;
    bool is_stopping_ = false;
    io::Scope scope_;
};

}  // namespace freshet::jobs
