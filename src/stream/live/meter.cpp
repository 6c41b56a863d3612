#include "stream/live/meter.h"

#include <algorithm>

#include "base/check.h"
#include "stream/sequence.h"

namespace freshet::stream {
namespace {

struct Words {
    std::string_view name, unit;
};

constexpr std::array<Words, measures> words{{
    {"PutRecord.Bytes", "Bytes"},
    {"PutRecord.Latency", "Milliseconds"},
    {"PutRecord.Success", "Count"},
    {"PutRecords.Bytes", "Bytes"},
    {"PutRecords.Latency", "Milliseconds"},
    {"PutRecords.Success", "Count"},
    {"PutRecords.TotalRecords", "Count"},
    {"PutRecords.SuccessfulRecords", "Count"},
    {"PutRecords.FailedRecords", "Count"},
    {"PutRecords.ThrottledRecords", "Count"},
    {"GetRecords.Bytes", "Bytes"},
    {"GetRecords.Latency", "Milliseconds"},
    {"GetRecords.Success", "Count"},
    {"GetRecords.Records", "Count"},
    {"GetRecords.IteratorAgeMilliseconds", "Milliseconds"},
    {"IncomingBytes", "Bytes"},
    {"IncomingRecords", "Count"},
    {"WriteProvisionedThroughputExceeded", "Count"},
    {"ReadProvisionedThroughputExceeded", "Count"},
    {"OutgoingBytes", "Bytes"},
    {"OutgoingRecords", "Count"},
    {"IteratorAgeMilliseconds", "Milliseconds"},
    {"SubscribeToShard.Success", "Count"},
    {"SubscribeToShard.RateExceeded", "Count"},
    {"SubscribeToShardEvent.Bytes", "Bytes"},
    {"SubscribeToShardEvent.Records", "Count"},
    {"SubscribeToShardEvent.MillisBehindLatest", "Milliseconds"},
    {"SubscribeToShardEvent.Success", "Count"},
}};
static_assert(!words.back().name.empty());

}  // namespace

void Tally::add(std::uint64_t value) {
    ++count;
    sum += value;
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
    FRESHET_CHECK(minimum <= maximum);
}

void Meter::take(const Stream& stream, std::vector<Measured>& into) {
    const auto append = [&](const Tallies& tallies, const std::string& shard,
                            const std::string& consumer) {
        for (std::size_t i = 0; i < measures; ++i) {
            const Words& in_words = words[i];
            if (tallies[i].count == 0) continue;
            if (!shard.empty() && !stream.shard_metrics.contains(std::string(in_words.name)))
                continue;
            into.push_back({stream.key, shard, consumer, in_words.name, in_words.unit, tallies[i]});
        }
    };
    append(stream_, "", "");
    for (const auto& [shard, tallies] : shards_) append(tallies, shard_name(shard), "");
    for (const auto& [consumer, tallies] : consumers_) append(tallies, "", consumer);
    stream_ = {};
    shards_.clear();
    consumers_.clear();
}

}  // namespace freshet::stream
