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

/// Life: run(), write() or look() for one plan after the other, on one thread; the plan outlives
/// its run(). Nothing of a plan is left for the next one.
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
    /// Of a plan that fails no file is left.
    std::expected<sql::plan::Written, sql::plan::Failed> write(const sql::plan::WritePlan& plan);
    std::expected<sql::plan::Looked, sql::plan::Failed> look(const sql::plan::LookPlan& plan);

  private:
    template <class Plan, class Work>
    auto with_source(const Plan& plan, Work work)
        -> std::expected<decltype(work()), sql::plan::Failed>;
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::duck
