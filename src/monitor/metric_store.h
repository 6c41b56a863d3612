// The tables of the metric store; the only file of it that touches the database.
#pragma once
#include "meta/shape.h"
#include "monitor/metrics.h"

namespace freshet::monitor::metric_store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();
Result<> write(meta::Txn& txn, const std::vector<Sample>& samples, Timestamp now);
Result<std::vector<Point>> points(const meta::Connection& connection, const PointRequest& request);
Result<std::vector<MetricKey>> list(const meta::Connection& connection, const MetricFilter& filter);

}  // namespace freshet::monitor::metric_store
