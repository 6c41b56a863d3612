// What a replay does with the commits that follow the snapshot: the state comes to where the last
// one left it, and no row goes out twice (docs/decisions/032). Pure.
#pragma once
#include <optional>
#include <variant>
#include <vector>

#include "analytics/run/commit.h"

namespace freshet::analytics {

/// Feeds the source's records up to `until`, then gives the engine `bound`; the output is dropped.
struct ReplayRecords {
    Positions until;
    Timestamp bound;
};
/// Feeds what the function made, which is not asked again; the output is dropped.
struct ReplayAnswers {
    Commit commit;
};
/// Feeds the moment that the last commit left, and writes the rows that are not out yet.
struct FinishMoment {
    Commit commit;
};
using ReplayStep = std::variant<ReplayRecords, ReplayAnswers, FinishMoment>;

/// on_commit() for each commit from the snapshot's number on, then on_end().
class ReplayPlan {
  public:
    /// What can be replayed now. Commits without answers of the function wait, as the records of
    /// several are replayed at once.
    std::vector<ReplayStep> on_commit(Commit commit);
    std::vector<ReplayStep> on_end();
    /// The latest time of the commits so far.
    Timestamp bound() const { return bound_; }

  private:
    void replay_records(std::vector<ReplayStep>& steps);

    Timestamp bound_ = from_epoch_ms(0);
    std::optional<Commit> of_records_;  ///< the last whole commit that waits
    std::optional<Commit> unfinished_;  ///< a moment whose last part has not come
};

}  // namespace freshet::analytics
