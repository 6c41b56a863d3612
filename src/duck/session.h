// One engine in one worker process: runs plans one after the other. The engine is made at
// construction and stays warm; it opens no file but the plan's objects and its spill directory.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sql/plan/plan.h"
#include "sql/plan/wire.h"

namespace freshet::duck {

/// Life: run() for one plan after the other, on one thread; the plan outlives its run(). Nothing of
/// a plan is left for the next one.
class Session {
  public:
    /// `spill_directory` and `memory_mib` hold for its life.
    Session(const std::string& spill_directory, std::uint64_t memory_mib);
    ~Session();
    /// Gives the rows in pieces; `rows` returns false to stop. The bytes scanned, or what failed in
    /// Trino's words.
    std::expected<std::uint64_t, sql::plan::Failed> run(
        const sql::plan::QueryPlan& plan,
        const std::function<bool(std::vector<sql::plan::Cells>)>& rows);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::duck
