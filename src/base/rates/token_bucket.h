// Token buckets: how much of something is taken a second. Plain functions of amounts and times;
// nothing here knows a clock.
#pragma once
#include <cstddef>
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
    /// A full one is as one that was never used.
    bool is_full(Timestamp now) const;

  private:
    void fill(Timestamp now);
    double per_second_, burst_, level_;
    Timestamp at_;
};

/// Calls of an account in a region, by operation. Both are what a caller wrote: buckets that are
/// full again are forgotten when there are many.
class CallBuckets {
  public:
    static constexpr std::size_t kept_max = 1000;  ///< before full ones are looked for
    bool take(std::string_view operation, const Home& home, double per_second, Timestamp now);
    std::size_t kept() const { return buckets_.size(); }

  private:
    std::map<std::pair<std::string, Home>, TokenBucket> buckets_;
};

}  // namespace freshet
