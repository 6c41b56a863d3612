#include "monitor/metric_store.h"

#include <algorithm>

namespace freshet::monitor::metric_store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

Timestamp floor_to(Timestamp time, Millis step) {
    const std::int64_t ms = to_epoch_ms(time), size = step.count();
    return from_epoch_ms(ms - ((ms % size) + size) % size);
}

std::vector<meta::Value> key_values(const MetricKey& key) {
    return {key.account, key.region, key.space, key.name, text_of(key.dimensions)};
}

/// 0 when there is no such metric.
Result<std::int64_t> find(const meta::Connection& connection, const MetricKey& key) {
    std::int64_t id = 0;
    auto read = connection.query(
        "SELECT id FROM monitor_metrics WHERE account = ?1 AND region = ?2 AND space = ?3 AND name "
        "= ?4 AND dimensions = ?5",
        key_values(key), [&](const meta::Row& row) {
            id = row.integer(0);
            return false;
        });
    if (!read) return pass(read);
    return id;
}

Result<> write_one(meta::Txn& txn, const Sample& sample) {
    auto values = key_values(sample.metric);
    values.emplace_back(to_epoch_ms(sample.time));
    auto put = txn.execute(
        "INSERT INTO monitor_metrics (account, region, space, name, dimensions, last_ms) VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET last_ms = max(last_ms, "
        "excluded.last_ms)",
        values);
    if (!put) return done(std::move(put));
    auto id = find(txn, sample.metric);
    if (!id) return pass(id);
    const Statistics& seen = sample.statistics;
    return done(txn.execute(
        "INSERT INTO monitor_points (metric, time_ms, unit, count, sum, minimum, maximum) VALUES "
        "(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (metric, time_ms, unit) DO UPDATE SET count = "
        "count + excluded.count, sum = sum + excluded.sum, minimum = min(minimum, "
        "excluded.minimum), maximum = max(maximum, excluded.maximum)",
        {*id, to_epoch_ms(floor_to(sample.time, sample.resolution)), sample.unit, seen.count,
         seen.sum, seen.minimum, seen.maximum}));
}

}  // namespace

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
    auto gone = txn.execute("DELETE FROM monitor_points WHERE time_ms < ?1", {oldest_ms});
    if (gone) gone = txn.execute("DELETE FROM monitor_metrics WHERE last_ms < ?1", {oldest_ms});
    if (gone)
        gone = txn.execute("DELETE FROM monitor_points WHERE id <= ?1", {newest - points_max});
    return done(std::move(gone));
}

Result<std::vector<Point>> points(const meta::Connection& connection, const PointRequest& request) {
    auto id = find(connection, request.metric);
    if (!id) return pass(id);
    std::map<std::pair<Timestamp, std::string>, Statistics> periods;
    auto read = connection.query(
        "SELECT time_ms, unit, count, sum, minimum, maximum FROM monitor_points WHERE metric = ?1 "
        "AND time_ms >= ?2 AND time_ms < ?3",
        {*id, to_epoch_ms(request.from), to_epoch_ms(request.to)}, [&](const meta::Row& row) {
            if (request.unit && row.text(1) != *request.unit) return true;
            const Timestamp start = floor_to(from_epoch_ms(row.integer(0)), request.period);
            periods[{start, row.text(1)}].join(
                {row.real(2), row.real(3), row.real(4), row.real(5)});
            return true;
        });
    if (!read) return pass(read);
    std::vector<Point> all;
    for (const auto& [key, statistics] : periods)
        all.push_back({key.first, key.second, statistics});
    return all;
}

Result<std::vector<MetricKey>> list(const meta::Connection& connection,
                                    const MetricFilter& filter) {
    std::vector<MetricKey> all;
    auto read = connection.query(
        "SELECT space, name, dimensions FROM monitor_metrics WHERE account = ?1 AND region = ?2 "
        "AND (?3 = '' OR space = ?3) AND (?4 = '' OR name = ?4) AND last_ms >= ?5 ORDER BY space, "
        "name, dimensions",
        {filter.account, filter.region, filter.space, filter.name,
         filter.active_since ? to_epoch_ms(*filter.active_since) : INT64_MIN},
        [&](const meta::Row& row) {
            MetricKey key{filter.account, filter.region, row.text(0), row.text(1),
                          dimensions_of(row.text(2))};
            const bool fits = std::ranges::all_of(filter.dimensions, [&](const auto& wanted) {
                const auto found = key.dimensions.find(wanted.first);
                return found != key.dimensions.end() &&
                       (!wanted.second || found->second == *wanted.second);
            });
            if (fits) all.push_back(std::move(key));
            return true;
        });
    if (!read) return pass(read);
    return all;
}

}  // namespace freshet::monitor::metric_store
