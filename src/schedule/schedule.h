// The schedule service (EventBridge rules on the default bus): rules, their targets, their ticks.
// One home core. Every change completes after it is durable.
#pragma once
#include "io/core.h"
#include "io/turn.h"
#include "meta/database.h"
#include "schedule/errors.h"
#include "schedule/ports.h"
#include "schedule/types.h"

namespace freshet::schedule {

/// Life: load() before the core runs, start() once, then calls on the home core in any order;
/// stop() completes when the tick under way has ended: only then may the database and the callee
/// go. A tick calls each target with a token of its own before the rule moves on, so that a tick
/// that a crash repeats is one call. Pointers from find() and list() are good until the caller
/// waits.
class Schedules {
  public:
    Schedules(io::Core& home, meta::Database& database, Callee& callee)
        : home_(home),
          database_(database),
          callee_(callee),
          changing_(home),
          changed_(home),
          scope_(home) {}
    Result<> load();
    void start() { scope_.spawn(run()); }
    io::Task<void> stop();
    io::Core& home() { return home_; }

    /// Makes the rule or changes it; its targets stay.
    io::Task<Result<>> put(Rule wanted);
    Result<const Rule*> find(const RuleKey& key) const;
    std::vector<const Rule*> list(const Home& home, const std::string& prefix) const;
    io::Task<Result<>> enable(RuleKey key, bool is_enabled);
    io::Task<Result<>> remove(RuleKey key);
    io::Task<Result<>> put_targets(RuleKey key, std::vector<Target> targets);
    /// Ids that are not there are left alone.
    io::Task<Result<>> remove_targets(RuleKey key, std::vector<std::string> ids);
    Figures figures(const RuleKey& key) const;
    /// The same of all rules, as lines for Prometheus.
    std::string figures() const;

  private:
    io::Task<void> run();
    /// Calls the targets of the tick that is due, then moves to the next: a call that was made
    /// before a crash has the same token, and is not made twice.
    io::Task<bool> tick(RuleKey key);
    io::Task<Result<>> save(Rule changed);
    void count(const RuleKey& key, const Result<>& called);
    io::Core& home_;
    meta::Database& database_;
    Callee& callee_;
    std::map<RuleKey, Rule> rules_;
    std::map<RuleKey, Figures> figures_;
    bool is_stopping_ = false;
    io::Turn changing_;  ///< a change reads a rule, waits, and writes it
    io::Signal changed_;
    io::Scope scope_;
};

}  // namespace freshet::schedule
