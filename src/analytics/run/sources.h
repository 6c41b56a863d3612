// The shards that an application reads, as one sequence of records in order of arrival. Follows a
// reshard: it knows which shards there are, log/follow/merge.h in which order their records come.
// Home core: the run's; log, pool and siblings must outlive it.
#pragma once
#include <vector>

#include "analytics/ports.h"
#include "analytics/run/chunk.h"
#include "log/follow/follower.h"

namespace freshet::analytics {

/// A shard, and how far it could be read when the shards were listed.
struct Seen {
    Shard shard;
    log::Tail tail;
};

/// open(), then look() and take() in turn, as often as the run lasts. A replay gives end_at() in
/// place of look().
class Sources {
  public:
    Sources(io::Core& home, io::Pool& pool, log::Log& log, Siblings& siblings);

    /// Wakes at records of the shards.
    log::Follower& follower() { return follower_; }
    const log::Follower& follower() const { return follower_; }

    /// Begins with `shards`; those that `positions` does not name are read from their beginning.
    void open(const std::vector<Seen>& shards, const Positions& positions);
    /// Takes new shards up and drops those that are gone; looks how far each can be read. Gives the
    /// time before which no more records come.
    Timestamp look(const std::vector<Seen>& shards);
    /// Reads up to `positions` at most, whatever look() says until it is called again.
    void end_at(const Positions& positions);
    /// Continues at `positions`, where they name a shard.
    void go_to(const Positions& positions);
    /// The next records before `bound` in order of arrival, as many as a chunk holds.
    io::Task<Result<log::Follower::Chunk>> take(Timestamp bound);
    /// The next take() gives them again.
    void put_back(std::vector<Taken> taken) { merge_.put_back(std::move(taken)); }
    /// What comes before these has been taken.
    Positions positions() const { return merge_.positions(); }
    /// The shard of this index; nothing when it is gone.
    const Shard* find(std::uint32_t index) const;

  private:
    void add(const Shard& shard);

    log::Follower follower_;
    log::Merge merge_;
    std::function<bool(const log::Record&)> is_user_record_;
    std::vector<Shard> shards_;  ///< in order of index; those of merge_
};

}  // namespace freshet::analytics
