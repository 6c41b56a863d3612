// Carries runs out: takes those that are starting, does their work, writes their ends.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "jobs/ledger.h"
#include "jobs/run/halt.h"
#include "jobs/run/work.h"

namespace freshet::jobs {

/// Life: start() once, stop() once before it is destroyed; both, and the rest, on the ledger's home
/// core. A run is durably RUNNING before its work begins, and its work is over before its end is
/// durable: what a crash finds RUNNING may have done its work in part or whole. stop() ends the
/// work that is under way and leaves its runs RUNNING, as a crash would.
class Runner {
  public:
    Runner(Ledger& ledger, io::Pool& pool, Ports ports, std::string directory)
        : ledger_(ledger),
          pool_(pool),
          ports_(ports),
          directory_(std::move(directory)),
          scope_(ledger.home()) {}
    void start(std::string endpoint);
    io::Task<void> stop();
    /// Ends the work of a run soon, if it is at work.
    void halt(std::int64_t run);

  private:
    io::Task<void> run();
    io::Task<void> carry_out(std::int64_t id);
    /// Makes it durable that the run is at work; nothing when it is not there to begin any more.
    io::Task<Result<std::optional<Assignment>>> begin(std::int64_t id);
    io::Task<Ending> work(Assignment assignment, std::shared_ptr<Halt> halt);
    /// Errc::unavailable: the end is not durable.
    io::Task<Result<>> finish(std::int64_t id, Ending ending);
    io::Task<Result<>> note(std::int64_t id, std::string progress);
    Ledger& ledger_;
    io::Pool& pool_;
    Ports ports_;
    std::string directory_, endpoint_;
    std::map<std::int64_t, std::shared_ptr<Halt>> at_work_;
    bool is_stopping_ = false;
    io::Scope scope_;
};

}  // namespace freshet::jobs
