// A stream as the server holds it: what the tables say, and what is under way. Home core of the
// service only. One change at a time: whoever changes a stream holds its Turn, and a Turn keeps its
// Live alive.
#pragma once
#include <memory>
#include <unordered_map>

#include "base/check.h"
#include "io/core.h"
#include "stream/live/meter.h"
#include "stream/live/throttle.h"
#include "stream/shards/on_demand.h"
#include "stream/types.h"

namespace freshet::stream {

struct Live {
    Live(io::Core& home, Stream stream_) : stream(std::move(stream_)), free(home), cut(home) {}

    /// A cut that is in the log and not yet in the tables.
    struct Cut {
        std::vector<Shard> closed, born;
    };

    Stream stream;
    bool is_busy = false;     ///< someone holds the Turn
    bool is_cutting = false;  ///< shards are closing: puts wait for `cut`
    bool is_removed = false;  ///< deleted: no Turn is given any more
    io::Signal free, cut;
    std::optional<Cut> unsettled;
    std::unordered_map<std::uint32_t, ShardFigures> figures;     ///< by shard
    std::unordered_map<std::uint32_t, ShardThrottle> throttles;  ///< by shard
    Timestamp updated{};                                         ///< shows UPDATING until then
    std::vector<Timestamp> counts, modes, keys;                  ///< when these were changed
    ShardFigures gone;                                           ///< of shards that have expired
    Meter meter;
    OnDemand on_demand;

    /// Shards are measured only where someone asks for it.
    bool measures_shards() const { return !stream.shard_metrics.empty(); }
    ShardThrottle& throttle(std::uint32_t shard, Timestamp now) {
        return throttles.try_emplace(shard, now).first->second;
    }
    /// Only zeros for a shard that nothing went through.
    ShardFigures figures_of(std::uint32_t shard) const;
    /// Counts records that a sibling appended to a shard by an append of its own.
    void count_in(std::uint32_t shard, std::size_t records, std::size_t bytes);
    /// Counts records that a reader of the API gets; returns their bytes.
    std::size_t count_out(std::uint32_t shard, const std::vector<StoredRecord>& records);
};

/// The right to change one stream, from LiveStreams::turn(); ends with the object.
class Turn {
  public:
    explicit Turn(std::shared_ptr<Live> live) : live_(std::move(live)) {
        FRESHET_CHECK(!live_->is_busy);     // one change at a time
        FRESHET_CHECK(!live_->is_removed);  // a deleted stream does not change
        live_->is_busy = true;
    }
    Turn(Turn&&) = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn() {
        if (!live_) return;
        live_->is_busy = false;
        live_->free.notify();
    }
    Live& live() const { return *live_; }
    Stream& stream() const { return live_->stream; }

  private:
    std::shared_ptr<Live> live_;
};

}  // namespace freshet::stream
