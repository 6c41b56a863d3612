// Who reads objects at length: files that died after the oldest hold was taken stay. Time is
// counted in rounds of the sweep, so that a clock that is set back removes nothing too early.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace freshet::objects {

/// Any thread takes and drops holds; the rest is the sweep's. Holds that outlive this end quietly.
class Holds {
  public:
    std::shared_ptr<const void> take();

    /// The file died before the oldest hold was taken, or nobody holds.
    bool may_remove(std::int64_t file) const;
    /// Within the transaction of a round: notes which files died since the last one, and forgets
    /// those that are not dead any more. Counts once the transaction is committed: end_round().
    void note(const std::vector<std::int64_t>& fresh, const std::vector<std::int64_t>& dead);
    void end_round();

  private:
    struct State {
        std::mutex mutex;
        std::uint64_t rounds = 0;           ///< that have ended
        std::multiset<std::uint64_t> held;  ///< rounds that had ended when each hold was taken
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
    std::map<std::int64_t, std::uint64_t> died_in_;  ///< dead files, by the round that noted them
};

}  // namespace freshet::objects
