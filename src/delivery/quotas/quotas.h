// AWS's default quotas, with `limits: aws`: what a delivery stream takes directly, and how often an
// account may call.
#pragma once
#include <cstddef>
#include <map>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/rates/token_bucket.h"

namespace freshet::delivery {

/// A second, of a delivery stream of the type DirectPut.
struct PutQuota {
    double bytes = 0, records = 0, requests = 0;
};

/// AWS gives its three largest regions more.
PutQuota put_quota(std::string_view region);

/// Home core of Deliveries.
class Quotas {
  public:
    /// How many of `records` the delivery stream `id` takes now, the first ones; none when it had
    /// too many requests. A full second is taken at once.
    std::size_t take_put(std::int64_t id, std::string_view region,
                         const std::vector<Bytes>& records, Timestamp now);
    void forget(std::int64_t id) { buckets_.erase(id); }
    /// Whether an account may call an operation that does not put: five times a second each.
    bool take_call(std::string_view operation, const Home& home, Timestamp now);

  private:
    struct Buckets {
        TokenBucket bytes, records, requests;
    };
    std::map<std::int64_t, Buckets> buckets_;
    CallBuckets calls_;
};

}  // namespace freshet::delivery
