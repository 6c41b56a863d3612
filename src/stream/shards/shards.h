// Which shards a stream has: split, merge, a new count, and on-demand scaling. A reshard has three
// steps:
//   1. prepare  one transaction writes the shards to come and makes their partitions; puts
//   continue.
//   2. cut      one append of the log puts a closing record at the end of each shard that closes:
//               of all of them, or of none. Puts wait for this one commit, then go to the new
//               shards.
//   3. settle   one transaction writes what ended where.
// A crash between 1 and 2 leaves no closing record, and the next start discards the reshard;
// between 2 and 3 it leaves all of them, and the next start settles it.
#pragma once
#include <optional>
#include <vector>

#include "log/log.h"
#include "meta/database.h"
#include "stream/catalog/accounts.h"
#include "stream/live/live_streams.h"
#include "stream/shards/reshard_plan.h"

namespace freshet::stream {

namespace store {
struct Unsettled;
}

/// Home core of the service only; what it is made with must outlive it. A verb completes when the
/// cut is durable: no put reaches a shard after its end.
class Shards {
  public:
    Shards(LiveStreams& streams, Accounts& accounts, meta::Database& database, log::Log& log,
           io::Pool& pool, Loops& loops)
        : streams_(streams),
          accounts_(accounts),
          database_(database),
          log_(log),
          pool_(pool),
          loops_(loops) {}
    /// Settles or discards a reshard that a crash cut short; before the home core runs, and before
    /// hold_times().
    Result<> recover(const store::Unsettled& unsettled);
    /// A clock that went back while the server was down must not put a child's records before its
    /// parents'; before the home core runs.
    void hold_times();
    /// Scales on-demand streams until the loops stop.
    void start() { loops_.scope.spawn(keep_capacity()); }

    io::Task<Result<>> split(StreamKey key, std::uint32_t shard, HashKey at);
    io::Task<Result<>> merge(StreamKey key, std::uint32_t shard, std::uint32_t adjacent);
    struct Counts {
        int before = 0, target = 0;
    };
    io::Task<Result<Counts>> update_count(StreamKey key, int target);
    io::Task<Result<>> set_mode(StreamKey key, Mode mode, std::optional<int> warm_throughput);
    /// Shards for so many MiB a second are ready from now on.
    io::Task<Result<Counts>> set_warm_throughput(StreamKey key, int mibps);

    /// Whether a cut is under way: what is appended to the stream's shards must wait or try again.
    bool is_cutting(const Stream& stream) const;
    /// Writes a cut that the tables do not have yet. The caller holds the stream's Turn.
    io::Task<Result<>> settle(Live& live);

  private:
    Result<> check_count(Live& live, int target) const;
    io::Task<Result<>> reshard(Live& live, ReshardPlan plan);
    io::Task<Result<>> cut(Live& live, const ReshardPlan& plan);
    io::Task<void> discard(Live& live, std::vector<Born> born);
    io::Task<Result<>> warm(Live& live);
    io::Task<void> keep_capacity();
    io::Task<void> scale(StreamKey key, std::vector<Scaling> actions);

    LiveStreams& streams_;
    Accounts& accounts_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    Loops& loops_;
};

}  // namespace freshet::stream
