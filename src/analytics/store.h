// The tables of the analytics service; the only file of it that touches the database.
#pragma once
#include <vector>

#include "analytics/types.h"
#include "meta/shape.h"

namespace freshet::analytics::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

Result<std::vector<Application>> load(const meta::Connection& connection);
/// Makes the partition of the commits, too.
Result<> insert(meta::Txn& txn, Application& application);
Result<> update(meta::Txn& txn, const Application& application);
Result<> remove(meta::Txn& txn, const Application& application);
/// Empty when the application has never run.
Result<std::optional<Snapshot>> read_snapshot(const meta::Connection& connection,
                                              std::int64_t application);
Result<> write_snapshot(meta::Txn& txn, std::int64_t application, const Snapshot& snapshot);

/// How far the log must reach at least.
Result<std::vector<log::Claim>> claims(const meta::Connection& connection);

}  // namespace freshet::analytics::store
