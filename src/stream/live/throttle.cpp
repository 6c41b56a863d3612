#include "stream/live/throttle.h"

#include <algorithm>

#include "stream/limits.h"

namespace freshet::stream {
namespace {

/// Calls a second (the Service Quotas page); 0 when there is no such limit.
double rate_of(std::string_view operation) {
    constexpr double usual = 5;
    constexpr std::pair<std::string_view, double> others[] = {
        {"DescribeStream", 10},
        {"DescribeStreamSummary", 20},
        {"DescribeStreamConsumer", 20},
        {"DescribeLimits", 1},
        {"ListShards", 1000},
        {"UpdateShardCount", 10},
        {"PutRecord", 0},
        {"PutRecords", 0},
        {"GetRecords", 0},
        {"GetShardIterator", 0},
        {"SubscribeToShard", 0},
    };
    const auto found =
        std::ranges::find(others, operation, [](const auto& one) { return one.first; });
    return found == std::end(others) ? usual : found->second;
}

}  // namespace

ShardThrottle::ShardThrottle(Timestamp now)
    : write_bytes_(limits::shard_write_bytes, limits::shard_write_bytes, now),
      write_records_(limits::shard_write_records, limits::shard_write_records, now),
      read_bytes_(limits::shard_read_bytes, 0, now),
      reads_(limits::shard_reads, limits::shard_reads, now),
      iterators_(limits::shard_iterators, limits::shard_iterators, now) {}

bool ShardThrottle::take_write(std::size_t bytes, Timestamp now) {
    const auto amount = static_cast<double>(bytes);
    if (!write_bytes_.has(amount, now) || !write_records_.has(1, now)) return false;
    return write_bytes_.take(amount, now) && write_records_.take(1, now);
}

bool ShardThrottle::take_read(Timestamp now) {
    return read_bytes_.has(0, now) && reads_.take(1, now);
}

bool CallThrottle::take(std::string_view operation, const Home& home, Timestamp now) {
    const double rate = rate_of(operation);
    return rate <= 0 || buckets_.take(operation, home, rate, now);
}

}  // namespace freshet::stream
