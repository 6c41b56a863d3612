// What goes through each shard of the streams that someone watches: counters of the last seconds.
// Streams that nobody watches cost nothing; a stream that is watched again has rates from its
// second sample on.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "base/time.h"
#include "stream/types.h"

namespace freshet::console {

/// Records in, bytes in, records out, bytes out, writes throttled, reads throttled.
using ShardCounts = std::array<double, 6>;

/// Home core. A page calls watch() each time it reads; the sampling calls note() for the shards of
/// watched(), then forget().
class ShardRates {
  public:
    /// Someone looks at the stream now. True when nobody did lately.
    bool watch(const stream::StreamKey& key, Timestamp now);
    const std::map<stream::StreamKey, Timestamp>& watched() const { return watched_; }
    /// A counter that fell begins again.
    void note(std::int64_t stream, std::uint32_t shard, Timestamp now, const ShardCounts& counts);
    /// Per second, over the last limits::rate_over; zeros while there are fewer than two samples.
    ShardCounts rate(std::int64_t stream, std::uint32_t shard) const;
    /// Drops what nobody has looked at since `before`.
    void forget(Timestamp before);

  private:
    using Samples = std::deque<std::pair<Timestamp, ShardCounts>>;
    std::map<stream::StreamKey, Timestamp> watched_;
    std::map<std::pair<std::int64_t, std::uint32_t>, Samples> samples_;
};

}  // namespace freshet::console
