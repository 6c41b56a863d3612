// What people who watch a stream see: figures, how far its readers are, records; and what was
// measured, for Prometheus and CloudWatch. No look counts as a read, and none is throttled.
#pragma once
#include <string>
#include <vector>

#include "log/log.h"
#include "stream/live/live_streams.h"
#include "stream/records/records.h"

namespace freshet::stream {

/// Home core of the service only. What it is made with must outlive it.
class Watch {
  public:
    Watch(LiveStreams& streams, Records& records, log::Log& log, io::Pool& pool)
        : streams_(streams), records_(records), log_(log), pool_(pool) {}

    /// Only zeros for a shard that nothing went through.
    ShardFigures shard_figures(const StreamKey& key, std::uint32_t shard) const;
    /// Of the stream, with the shards that are gone.
    ShardFigures sum_of_figures(const StreamKey& key) const;
    /// What is kept of a shard from `next` on.
    Unread unread(const Shard& shard, log::Ordinal next) const;
    /// Of a reader that has read what comes before `next`.
    io::Task<Lag> lag(Shard shard, log::Ordinal next);
    io::Task<Result<Look>> look(StreamKey key, std::uint32_t shard, Position position,
                                std::size_t records_max, std::size_t bytes_max);

    /// Lines for Prometheus.
    std::string figures() const;
    /// What was measured since the last time, for CloudWatch.
    std::vector<Measured> take_measured() { return streams_.take_measured(); }

  private:
    LiveStreams& streams_;
    Records& records_;
    log::Log& log_;
    io::Pool& pool_;
};

}  // namespace freshet::stream
