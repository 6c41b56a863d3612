#include "monitor/metric_store.h"

#include <algorithm>

#include "meta/table.h"

namespace freshet::monitor::metric_store {
namespace {

struct Metric {
    std::int64_t id = 0;
    MetricKey key;
    Timestamp last;  ///< the latest sample
};
struct StoredPoint {
    std::int64_t metric = 0;
    Point point;
};

Timestamp floor_to(Timestamp time, Millis step) {
    const std::int64_t ms = to_epoch_ms(time), size = step.count();
    return from_epoch_ms(ms - ((ms % size) + size) % size);
}

const auto metrics = meta::table<Metric>("monitor_metrics", [](auto& column, auto& metric) {
    column.id("id", metric.id);
    column.key("account", metric.key.account);
    column.key("region", metric.key.region);
    column.key("space", metric.key.space);
    column.key("name", metric.key.name);
    column.key("dimensions", meta::packed(metric.key.dimensions, text_of, dimensions_of));
    column("last_ms", metric.last);
});
const auto stored_points = meta::table<StoredPoint>("monitor_points", [](auto& column, auto& one) {
    column.number("id");
    column.key("metric", one.metric);
    column.key("time_ms", one.point.time);
    column.key("unit", one.point.unit);
    column("count", one.point.statistics.count);
    column("sum", one.point.statistics.sum);
    column("minimum", one.point.statistics.minimum);
    column("maximum", one.point.statistics.maximum);
});

/// 0 when there is no such metric.
Result<std::int64_t> find(const meta::Connection& connection, const MetricKey& key) {
    FRESHET_TRY(id, meta::first<std::int64_t>(
                        connection,
                        "SELECT id FROM monitor_metrics WHERE account = ?1 AND region = ?2 AND "
                        "space = ?3 AND name = ?4 AND dimensions = ?5",
                        meta::values(key.account, key.region, key.space, key.name,
                                     text_of(key.dimensions))));
    return id->value_or(0);
}

Result<> write_one(meta::Txn& txn, const Sample& sample) {
    auto put = txn.run(metrics.sql().insert +
                           " ON CONFLICT DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)",
                       metrics.inserted({0, sample.metric, sample.time}));
    if (!put) return put;
    FRESHET_TRY(id, find(txn, sample.metric));
    const Point point{floor_to(sample.time, sample.resolution), sample.unit, sample.statistics};
    return txn.run(stored_points.sql().insert +
                       " ON CONFLICT (metric, time_ms, unit) DO UPDATE SET count = count + "
                       "excluded.count, sum = sum + excluded.sum, minimum = min(minimum, "
                       "excluded.minimum), maximum = max(maximum, excluded.maximum)",
                   stored_points.inserted({*id, point}));
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(metrics, stored_points); }

std::vector<meta::Migration> migrations() {
    return {{"metrics", 1,
             "CREATE TABLE monitor_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
             "NULL, region TEXT NOT NULL, space TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT "
             "NOT NULL, last_ms INTEGER NOT NULL, UNIQUE (account, region, space, name, "
             "dimensions));"
             "CREATE TABLE monitor_points (id INTEGER PRIMARY KEY AUTOINCREMENT, metric INTEGER "
             "NOT NULL REFERENCES monitor_metrics ON DELETE CASCADE, time_ms INTEGER NOT NULL, "
             "unit TEXT NOT NULL, count REAL NOT NULL, sum REAL NOT NULL, minimum REAL NOT NULL, "
             "maximum REAL NOT NULL, UNIQUE (metric, time_ms, unit));"
             "CREATE INDEX monitor_points_by_age ON monitor_points (time_ms);"
             "CREATE INDEX monitor_metrics_by_age ON monitor_metrics (last_ms)"}};
}

Result<> write(meta::Txn& txn, const std::vector<Sample>& samples, Timestamp now) {
    for (const Sample& sample : samples)
        if (auto put = write_one(txn, sample); !put) return put;
    const std::int64_t newest = txn.last_row_id(), oldest_ms = to_epoch_ms(now - point_age_max);
    auto gone = txn.run("DELETE FROM monitor_points WHERE time_ms < ?1", {oldest_ms});
    if (gone) gone = txn.run("DELETE FROM monitor_metrics WHERE last_ms < ?1", {oldest_ms});
    if (gone) gone = txn.run("DELETE FROM monitor_points WHERE id <= ?1", {newest - points_max});
    return gone;
}

Result<std::vector<Point>> points(const meta::Connection& connection, const PointRequest& request) {
    FRESHET_TRY(id, find(connection, request.metric));
    std::map<std::pair<Timestamp, std::string>, Statistics> periods;
    auto read = stored_points.each(
        connection, "WHERE metric = ?1 AND time_ms >= ?2 AND time_ms < ?3",
        meta::values(*id, request.from, request.to), [&](const StoredPoint& stored) {
            const Point& point = stored.point;
            if (request.unit && point.unit != *request.unit) return;
            periods[{floor_to(point.time, request.period), point.unit}].join(point.statistics);
        });
    if (!read) return pass(read);
    std::vector<Point> all;
    for (const auto& [key, statistics] : periods)
        all.push_back({key.first, key.second, statistics});
    return all;
}

Result<std::vector<MetricKey>> list(const meta::Connection& connection,
                                    const MetricFilter& filter) {
    FRESHET_TRY(found, metrics.where(
                           connection,
                           "WHERE account = ?1 AND region = ?2 AND (?3 = '' OR space = ?3) AND "
                           "(?4 = '' OR name = ?4) AND last_ms >= ?5 ORDER BY space, name, "
                           "dimensions",
                           {filter.account, filter.region, filter.space, filter.name,
                            filter.active_since ? to_epoch_ms(*filter.active_since) : INT64_MIN}));
    std::vector<MetricKey> all;
    for (Metric& metric : *found) {
        const Dimensions& dimensions = metric.key.dimensions;
        const bool fits = std::ranges::all_of(filter.dimensions, [&](const auto& wanted) {
            const auto at = dimensions.find(wanted.first);
            return at != dimensions.end() && (!wanted.second || at->second == *wanted.second);
        });
        if (fits) all.push_back(std::move(metric.key));
    }
    return all;
}

}  // namespace freshet::monitor::metric_store
