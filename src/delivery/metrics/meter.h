// What a delivery stream measures under AWS's names: single values, as they come, until they are
// taken for the metric store. Gauges and counters that never go back are in Figures.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "base/tally.h"

namespace freshet::delivery {

/// In the order of their names in meter.cpp.
enum class Metric {
    put_bytes,
    put_latency,
    put_requests,
    batch_bytes,
    batch_latency,
    batch_records,
    batch_requests,
    throttled_records,
    processing_duration,
    processing_success,
    processed_records,
    processed_bytes,
    query_duration,
    partition_count,
    partition_count_exceeded,
    partition_throughput,
    decompressed_bytes,
    undecompressed_bytes,
    decompressed_records,
    undecompressed_records,
    backup_records,
    backup_bytes,
    backup_success,
    endpoint_records,
    endpoint_bytes,
    endpoint_processed_records,
    endpoint_processed_bytes,
    endpoint_success
};
inline constexpr std::size_t metric_count = static_cast<std::size_t>(Metric::endpoint_success) + 1;

/// A value of a stage, which may run on any thread: the pipe adds it to the meter.
struct Measurement {
    Metric metric;
    double value;
};

/// In the words of CloudWatch.
struct Measured {
    std::string_view name, unit;
    Tally tally;
};

/// Home core of Deliveries.
class Meter {
  public:
    void add(Metric metric, double value);
    void add(const std::vector<Measurement>& all);
    /// What was measured since the last time, and only that.
    std::vector<Measured> take();

  private:
    std::array<Tally, metric_count> tallies_{};
};

}  // namespace freshet::delivery
