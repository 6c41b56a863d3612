// AWS's rates, as token buckets: what a shard takes and gives a second, and how often an account
// may call. A plain function of amounts and times; nothing here knows a clock.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "base/resource.h"
#include "base/time.h"

namespace freshet::stream {

/// Fills with `per_second` up to `burst`.
class TokenBucket {
  public:
    TokenBucket(double per_second, double burst, Timestamp now)
        : per_second_(per_second), burst_(burst), level_(burst), at_(now) {}
    /// Takes `amount` when it is there. More than `burst` is taken from a full bucket and paid off
    /// afterwards: a record larger than what a shard takes in a second.
    bool take(double amount, Timestamp now);
    bool has(double amount, Timestamp now);
    /// Takes what was not known before; it is paid off afterwards.
    void owe(double amount) { level_ -= amount; }

  private:
    void fill(Timestamp now);
    double per_second_, burst_, level_;
    Timestamp at_;
};

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
    std::map<std::pair<std::string, Home>, TokenBucket> buckets_;
};

}  // namespace freshet::stream
