// The maintenance service: objects of a table are merged or become Parquet while queries read it.
// One home core. A run is durable before begin() answers and is continued by the next start of the
// server; each of its commits replaces objects, the partition's storage and the run's figures in
// one transaction, so a reader sees the old objects or the new ones.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "io/core.h"
#include "maintenance/errors.h"
#include "maintenance/ports.h"
#include "maintenance/run/parts.h"
#include "maintenance/run/seats.h"
#include "maintenance/sizes.h"
#include "maintenance/types.h"
#include "meta/database.h"

namespace freshet::maintenance {

/// What is wrong with a policy, as far as that shows without its table: Errc::invalid.
Result<> check_policy(const Policy& policy);

class Work;

/// Life: load() before the core runs; start() once on the home core; calls on the home core in any
/// order; stop() asks every run to end after the commit that it is at and completes when none is
/// left (they stay `running` and continue at the next start). What is in Parts outlives it.
class Maintenance {
  public:
    Maintenance(io::Core& home, Parts parts);
    Result<> load();
    void start();
    io::Task<void> stop();
    io::Core& home() { return home_; }

    /// The id of a run that has begun. Errc::running when the table has one that has not ended.
    io::Task<Result<std::string>> begin(TableKey table, Options options, Origin origin);
    /// What begin() would do now.
    io::Task<Result<Proposal>> propose(TableKey table, Options options);
    Result<Run> find(const Home& home, const std::string& id) const;
    /// Newest first; with an empty name of all tables.
    std::vector<Run> list(const Home& home, const std::string& database,
                          const std::string& table) const;
    /// Completes when the run has ended or the service stops.
    io::Task<Result<Run>> ended(Home home, std::string id);
    /// The run gives up what it has not committed and ends as `stopped`, also when the server dies
    /// before that.
    io::Task<Result<>> halt(Home home, std::string id);
    enum class Moment { before, after };
    /// Kept with the run: how long a full scan takes before it or after it, as its client measured.
    io::Task<Result<>> note_scan(Home home, std::string id, Moment moment, Scan scan);
    /// The run of this table that is under way and was asked for just that.
    std::optional<std::string> running(const TableKey& table, const Options& options) const;

    io::Task<Result<>> set_policy(Policy policy);
    io::Task<Result<>> remove_policy(TableKey table);
    std::optional<Policy> policy(const TableKey& table) const;

    /// A page of its partitions; `after` is the `next` of the page before, or "".
    io::Task<Result<SizesPage>> sizes(TableKey table, std::string after);
    std::vector<Run> running(const Home& home) const;
    std::vector<TableKey> tables_with_policy(const Home& home) const;

  private:
    io::Task<void> run(std::string id);
    io::Task<void> rest();
    io::Task<void> finish(std::string id, Result<> outcome);
    Result<> check_idle(const TableKey& table) const;
    io::Task<Result<>> check(TableKey table, Options options);
    void forget_old_runs();

    // policies.cpp
    io::Task<void> keep_policies();
    io::Task<bool> is_due(Policy policy);
    io::Task<void> keep_expiring();
    io::Task<Result<std::size_t>> expire();

    io::Core& home_;
    Parts parts_;
    std::map<std::string, Run> runs_;
    std::map<TableKey, Policy> policies_;
    std::map<std::string, Work*> works_;  ///< of the runs at work
    std::set<std::string> ending_;        ///< runs whose end is being written
    io::StopFlag stop_;
    io::Signal ended_;
    Seats working_;  ///< partitions of all runs at a time
    io::Scope scope_;
};

}  // namespace freshet::maintenance
