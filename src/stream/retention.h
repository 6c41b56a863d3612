// How long records are kept: the retention period, the loop that trims, and the end of closed
// shards. Home core of the service only.
#pragma once
#include "log/log.h"
#include "meta/database.h"
#include "stream/fan_out/fan_out.h"
#include "stream/live/live_streams.h"
#include "stream/shards/shards.h"

namespace freshet::stream {

enum class RetentionChange { increase, decrease };

/// Trimming is late rather than early: a record is readable for its whole retention period. What it
/// is made with must outlive it.
class Retention {
  public:
    Retention(LiveStreams& streams, Shards& shards, FanOut& fan_out, meta::Database& database,
              log::Log& log, io::Pool& pool, Loops& loops)
        : streams_(streams),
          shards_(shards),
          fan_out_(fan_out),
          database_(database),
          log_(log),
          pool_(pool),
          loops_(loops) {}
    /// Trims all streams once a minute until the loops stop.
    void start() { loops_.scope.spawn(keep()); }

    /// Durable when it completes; what is too old then is trimmed. Errc::invalid_argument for a
    /// number of hours out of range, or on the other side of the present one than `change` says.
    io::Task<Result<>> set(StreamKey key, int hours, RetentionChange change);

  private:
    io::Task<void> keep();
    io::Task<Result<>> trim_expired(std::int64_t stream_id);
    io::Task<Result<>> remove_expired(std::int64_t stream_id);
    void drop_expired(Live& live, const std::vector<Shard>& expired);

    LiveStreams& streams_;
    Shards& shards_;
    FanOut& fan_out_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    Loops& loops_;
};

}  // namespace freshet::stream
