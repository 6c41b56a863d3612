// Token buckets: how much of something is taken a second. Plain functions of amounts and times;
// nothing here knows a clock.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/resource.h"
#include "base/time.h"

namespace freshet {

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

/// Calls of an account in a region, by operation.
class CallBuckets {
  public:
    bool take(std::string_view operation, const Home& home, double per_second, Timestamp now);

  private:
    std::map<std::pair<std::string, Home>, TokenBucket> buckets_;
};

}  // namespace freshet
