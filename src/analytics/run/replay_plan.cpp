#include "analytics/run/replay_plan.h"

#include <algorithm>
#include <utility>

namespace freshet::analytics {

void ReplayPlan::replay_records(std::vector<ReplayStep>& steps) {
    if (!of_records_) return;
    Commit last = *std::exchange(of_records_, std::nullopt);
    steps.push_back(ReplayRecords{std::move(last.positions), last.bound});
}

std::vector<ReplayStep> ReplayPlan::on_commit(Commit commit) {
    std::vector<ReplayStep> steps;
    bound_ = std::max(bound_, commit.bound);
    // The first part of a moment has its answers and its begin; a later one says how many rows are
    // out by now.
    if (unfinished_)
        unfinished_->rows_out = std::move(commit.rows_out);
    else
        unfinished_ = std::move(commit);
    if (!unfinished_->rows_out.empty()) return steps;
    Commit whole = *std::exchange(unfinished_, std::nullopt);
    if (whole.prepared.empty()) {
        of_records_ = std::move(whole);
        return steps;
    }
    replay_records(steps);
    steps.push_back(ReplayAnswers{std::move(whole)});
    return steps;
}

std::vector<ReplayStep> ReplayPlan::on_end() {
    std::vector<ReplayStep> steps;
    replay_records(steps);
    if (unfinished_) steps.push_back(FinishMoment{*std::exchange(unfinished_, std::nullopt)});
    return steps;
}

}  // namespace freshet::analytics
