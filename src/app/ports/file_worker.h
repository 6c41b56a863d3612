// A worker process (freshet-query) of a service's own, which writes files and looks at text:
// started at the first plan, ended after a minute without one.
#pragma once
#include <expected>
#include <memory>
#include <string>

#include "io/core.h"
#include "query/worker.h"
#include "sql/plan/wire.h"

namespace freshet::app {

/// The program that workers run: it lies beside this one.
std::string worker_program();

/// Life: write() and look() side by side, on the home core, where they wait for one another; then
/// stop(), after which they answer ErrorCode::user_canceled; it completes when the process has
/// ended. A plan whose worker dies is not run again: its caller decides. Files of a
/// plan that failed are removed: those of the target's directory that begin with its name and '-'.
class FileWorker {
  public:
    FileWorker(io::Core& home, std::string program);
    ~FileWorker();
    io::Task<std::expected<sql::plan::Written, sql::plan::Failed>> write(sql::plan::WritePlan plan);
    io::Task<std::expected<sql::plan::Looked, sql::plan::Failed>> look(sql::plan::LookPlan plan);
    io::Task<void> stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::app
