// Worker processes (freshet-query) of a service's own, which write files and look at text: each is
// started at its first plan, and ended after a minute without one.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "base/time.h"
#include "io/core.h"
#include "query/worker.h"
#include "sql/plan/wire.h"

namespace freshet::app {

/// The program that workers run: it lies beside this one.
std::string worker_program();

/// Life: write() and look() side by side, on the home core, where they wait for a process that is
/// free; then stop(), after which they answer ErrorCode::user_canceled; it completes when the
/// processes have ended. A plan whose worker dies is not run again: its caller decides. Files of a
/// plan that failed are removed: those of the target's directory that begin with its name and '-'.
class FileWorker {
  public:
    static constexpr Millis plan_time_max = 2h;  ///< then the worker of a plan is killed

    /// At most `processes`, one plan each at a time.
    FileWorker(io::Core& home, std::string program, std::size_t processes = 1);
    ~FileWorker();
    /// ErrorCode::worker_gone: the worker ended at this plan.
    io::Task<std::expected<sql::plan::Written, sql::plan::Failed>> write(
        sql::plan::WritePlan plan, std::string name = "", Millis time_max = plan_time_max);
    io::Task<std::expected<sql::plan::Looked, sql::plan::Failed>> look(sql::plan::LookPlan plan,
                                                                       std::string name = "");
    /// Kills the worker of the plan of that name, if it is at work: it answers
    /// ErrorCode::user_canceled.
    void cancel(const std::string& name);
    io::Task<void> stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::app
