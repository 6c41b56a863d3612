// The records that one look gave, on their way through the engine in slices. It holds the rules of
// docs/decisions/032: when time may advance, and what a commit holds. Pure.
#pragma once
#include <span>
#include <vector>

#include "analytics/run/commit.h"
#include "log/follow/follower.h"

namespace freshet::analytics {

/// A record; its rank is the index of its shard.
using Taken = log::Taken;

/// end_slice() again and again until is_done().
class Chunk {
  public:
    /// `taken` was taken before `bound`, and `after` is where the sources are now. `reached`: the
    /// engine has been given time up to here.
    Chunk(log::Follower::Chunk taken, Timestamp bound, Timestamp reached, Positions after);

    const std::vector<Taken>& taken() const { return taken_; }
    /// The records, to be put back.
    std::vector<Taken> release() { return std::move(taken_); }
    /// A record, or time that the engine has not been given yet.
    bool has_work() const { return !taken_.empty() || bound_ > reached_; }
    /// The age of the oldest record, when there is more than this chunk.
    std::optional<Millis> behind(Timestamp now) const;

    /// The first record of the next slice.
    std::size_t begin() const { return begin_; }
    /// The time that the engine is given after a slice that ends at `end`: only when nothing before
    /// the bound is left, here or in the sources.
    std::optional<Timestamp> time_after(std::size_t end) const;
    /// The slice [begin(), end) has been computed: what its commit says. `prepared` is what the
    /// function made of the chunk's records, empty when there is no function.
    Commit end_slice(std::size_t end, std::span<Prepared> prepared);
    bool is_done() const { return is_sliced_ && begin_ == taken_.size(); }
    Timestamp reached() const { return reached_; }

  private:
    /// Where the sources were before record `index`.
    Positions positions_at(std::size_t index) const;

    std::vector<Taken> taken_;
    bool is_all_ = false;
    Timestamp bound_, reached_;
    Positions after_;
    std::size_t begin_ = 0;
    bool is_sliced_ = false;
};

}  // namespace freshet::analytics
