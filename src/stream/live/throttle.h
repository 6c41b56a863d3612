// AWS's rates, as token buckets: what a shard takes and gives a second, and how often an account
// may call.
#pragma once
#include <string_view>

#include "base/rates/token_bucket.h"
#include "base/resource.h"
#include "base/time.h"

namespace freshet::stream {

class ShardThrottle {
  public:
    explicit ShardThrottle(Timestamp now);
    /// A MiB and 1000 records a second.
    bool take_write(std::size_t bytes, Timestamp now);
    /// Five calls a second, none while what was read is not paid off at 2 MiB a second: 10 MiB are
    /// five seconds.
    bool take_read(Timestamp now);
    void did_read(std::size_t bytes) { read_bytes_.owe(static_cast<double>(bytes)); }
    /// Five iterators a second.
    bool take_iterator(Timestamp now) { return iterators_.take(1, now); }

  private:
    TokenBucket write_bytes_, write_records_, read_bytes_, reads_, iterators_;
};

/// Calls that ask of and change streams, by operation, account and region.
class CallThrottle {
  public:
    bool take(std::string_view operation, const Home& home, Timestamp now);

  private:
    CallBuckets buckets_;
};

}  // namespace freshet::stream
