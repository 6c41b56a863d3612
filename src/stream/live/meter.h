// What one stream, its shards and its consumers did since the last take(): count, sum, minimum and
// maximum over the operations, which CloudWatch's statistics are made of. Sums since the server
// began are ShardFigures. Home core of Streams only.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "stream/types.h"

namespace freshet::stream {

/// What is measured. Each operation adds one value.
enum class Measure : std::uint8_t {
    // Of a stream.
    put_record_bytes,
    put_record_latency,
    put_record_success,
    put_records_bytes,
    put_records_latency,
    put_records_success,
    put_records_total,
    put_records_successful,
    put_records_failed,
    put_records_throttled,
    get_records_bytes,
    get_records_latency,
    get_records_success,
    get_records_records,
    get_records_age,
    // Of a stream and of a shard.
    incoming_bytes,
    incoming_records,
    writes_exceeded,
    reads_exceeded,
    // Of a shard.
    outgoing_bytes,
    outgoing_records,
    iterator_age,
    // Of a consumer.
    subscribe_success,
    subscribe_rate_exceeded,
    event_bytes,
    event_records,
    event_behind,
    event_success,
};
inline constexpr std::size_t measures = static_cast<std::size_t>(Measure::event_success) + 1;

struct Tally {
    std::uint64_t count = 0, sum = 0;
    std::uint64_t minimum = std::numeric_limits<std::uint64_t>::max(), maximum = 0;
    void add(std::uint64_t value);
};

/// In the words of CloudWatch.
struct Measured {
    StreamKey stream;
    std::string shard, consumer;  ///< whose it is: one of them, or the stream's own
    std::string_view name, unit;
    Tally tally;
};

class Meter {
  public:
    void add(Measure measure, std::uint64_t value) { stream_[place(measure)].add(value); }
    void add(std::uint32_t shard, Measure measure, std::uint64_t value) {
        shards_[shard][place(measure)].add(value);
    }
    void add(const std::string& consumer, Measure measure, std::uint64_t value) {
        consumers_[consumer][place(measure)].add(value);
    }
    /// Appends what was measured and begins again from zero. Of the shards, what `stream` has
    /// enhanced monitoring for.
    void take(const Stream& stream, std::vector<Measured>& into);

  private:
    using Tallies = std::array<Tally, measures>;
    static std::size_t place(Measure measure) { return static_cast<std::size_t>(measure); }
    Tallies stream_{};
    std::unordered_map<std::uint32_t, Tallies> shards_;
    std::map<std::string, Tallies> consumers_;
};

}  // namespace freshet::stream
