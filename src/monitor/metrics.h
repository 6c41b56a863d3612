// The metric store (CloudWatch): sums, counts, minima and maxima of each metric by the minute (or
// the second, where asked for). One home core.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "io/core.h"
#include "meta/database.h"

namespace freshet::monitor {

inline constexpr std::int64_t points_max = 2'000'000;  ///< of all metrics; the oldest go
inline constexpr Millis point_age_max = 15 * 24h;      ///< AWS: of points of one minute
inline constexpr std::size_t waiting_samples_max = 100'000;

/// In order of their names.
using Dimensions = std::map<std::string, std::string>;

struct MetricKey {
    std::string account, region, space, name;  ///< space: the namespace
    Dimensions dimensions;
    auto operator<=>(const MetricKey&) const = default;
};

/// What was seen: one value, or many as their statistics.
struct Statistics {
    double count = 0, sum = 0, minimum = 0, maximum = 0;
    static Statistics of(double value, double count = 1);
    void join(const Statistics& other);
};

struct Sample {
    MetricKey metric;
    Timestamp time;
    Statistics statistics;
    std::string unit = "None";
    Millis resolution = 60s;  ///< 1 s or 60 s
};

/// The statistics of one period and one unit.
struct Point {
    Timestamp time;  ///< the period's start
    std::string unit;
    Statistics statistics;
};

struct PointRequest {
    MetricKey metric;
    Timestamp from, to;  ///< from <= time < to
    Millis period = 60s;
    std::optional<std::string> unit;  ///< nothing: points of all units, apart
};

/// Which metrics: empty words allow all.
struct MetricFilter {
    std::string account, region, space, name;
    std::vector<std::pair<std::string, std::optional<std::string>>> dimensions;
    std::optional<Timestamp> active_since;
};

/// Nothing to load. put() is for clients and completes when the samples are durable; record() is
/// for the server itself, and nothing waits for it. stop() completes when all samples that were
/// taken are durable: only then may the database go. Reads see what is committed.
class Metrics {
  public:
    Metrics(io::Core& home, meta::Database& database)
        : home_(home), database_(database), scope_(home) {}
    io::Core& home() { return home_; }
    io::Task<void> stop() { co_await scope_.join(); }

    /// Durable when it completes.
    io::Task<Result<>> put(std::vector<Sample> samples);
    /// The port for counters of the server itself. Home core; does not wait. Beyond
    /// waiting_samples_max samples are dropped, and the log says so.
    void record(std::vector<Sample> samples);

    /// In order of time.
    io::Task<Result<std::vector<Point>>> points(PointRequest request);
    /// In order of namespace, name and dimensions.
    io::Task<Result<std::vector<MetricKey>>> list(MetricFilter filter);

  private:
    io::Task<void> write_later(std::vector<Sample> samples);
    io::Core& home_;
    meta::Database& database_;
    std::size_t waiting_ = 0;
    io::Scope scope_;
};

/// "a=1,b=2" with , = and % escaped: one text for the dimensions of a metric, and back.
std::string text_of(const Dimensions& dimensions);
Dimensions dimensions_of(std::string_view text);

}  // namespace freshet::monitor
