#include "delivery/quotas/quotas.h"

#include <algorithm>
#include <array>

#include "delivery/limits.h"

namespace freshet::delivery {

PutQuota put_quota(std::string_view region) {
    constexpr std::array<std::string_view, 3> large{"us-east-1", "us-west-2", "eu-west-1"};
    constexpr double mib = 1024 * 1024;
    if (std::ranges::find(large, region) != large.end()) return {5 * mib, 500'000, 2'000};
    return {mib, 100'000, 1'000};
}

std::size_t Quotas::take_put(std::int64_t id, std::string_view region,
                             const std::vector<Bytes>& records, Timestamp now) {
    const PutQuota quota = put_quota(region);
    const auto bucket_of = [now](double amount) { return TokenBucket(amount, amount, now); };
    Buckets& own = buckets_
                       .try_emplace(id, Buckets{bucket_of(quota.bytes), bucket_of(quota.records),
                                                bucket_of(quota.requests)})
                       .first->second;
    if (!own.requests.take(1, now)) return 0;
    std::size_t taken = 0;
    for (const Bytes& record : records) {
        const auto size = static_cast<double>(record.size());
        if (!own.bytes.has(size, now) || !own.records.take(1, now)) break;
        own.bytes.take(size, now);
        ++taken;
    }
    return taken;
}

bool Quotas::take_call(std::string_view operation, const Home& home, Timestamp now) {
    const bool is_put = operation == "PutRecord" || operation == "PutRecordBatch";
    return is_put || calls_.take(operation, home, limits::calls_per_second, now);
}

}  // namespace freshet::delivery
