// A stream as the server holds it: what the tables say, and what is under way. Home core of Streams
// only. One change at a time: who changes a stream holds its Turn.
#pragma once
#include <memory>
#include <unordered_map>

#include "io/core.h"
#include "stream/live/meter.h"
#include "stream/live/throttle.h"
#include "stream/store.h"
#include "stream/types.h"

namespace freshet::stream {

struct Live {
    Live(io::Core& home, Stream stream_) : stream(std::move(stream_)), free(home), cut(home) {}
    Stream stream;
    bool is_busy = false;     ///< someone holds the Turn
    bool is_cutting = false;  ///< shards are closing: puts wait for `cut`
    bool is_removed = false;
    io::Signal free, cut;
    /// A cut that is in the log and not yet in the tables.
    struct Cut {
        std::vector<Shard> closed, born;
    };
    std::optional<Cut> unsettled;
    std::unordered_map<std::uint32_t, ShardFigures> figures;     ///< by shard
    std::unordered_map<std::uint32_t, ShardThrottle> throttles;  ///< by shard
    Timestamp updated{};                                         ///< shows UPDATING until then
    std::vector<Timestamp> counts, modes, keys;                  ///< when these were changed
    ShardFigures gone;                                           ///< of shards that have expired
    Meter meter;
    /// Shards are measured only where someone asks for it.
    bool measures_shards() const { return !stream.shard_metrics.empty(); }
};

class Turn {
  public:
    explicit Turn(std::shared_ptr<Live> live) : live_(std::move(live)) { live_->is_busy = true; }
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
