// The tables of the maintenance service; the only file of it that touches the database.
#pragma once
#include <map>
#include <set>

#include "maintenance/types.h"
#include "meta/shape.h"

namespace freshet::maintenance::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

/// Newest first.
Result<std::vector<Run>> load_runs(const meta::Connection& connection);
Result<> put_run(meta::Txn& txn, const Run& run);
/// Forgets all but the newest limits::runs_kept that have ended.
Result<> trim_runs(meta::Txn& txn);

Result<std::vector<Policy>> load_policies(const meta::Connection& connection);
Result<> put_policy(meta::Txn& txn, const Policy& policy);
Result<bool> remove_policy(meta::Txn& txn, const TableKey& table);

/// A converted source that stays under another prefix for a time.
struct Kept {
    std::string bucket, key;
    Timestamp until;
};
Result<> add_kept(meta::Txn& txn, const Kept& kept);
/// At most `count` whose time has passed.
Result<std::vector<Kept>> expired(const meta::Connection& connection, Timestamp now,
                                  std::size_t count);
Result<> remove_kept(meta::Txn& txn, const Kept& kept);

/// What was converted together into a second table: when a source changes, all of it is replaced.
struct Batch {
    std::int64_t id = 0;
    TableKey target;
    std::string part;                            ///< of the source table: "year=2026"; "" whole
    std::map<std::string, std::string> sources;  ///< keys with their versions
    std::set<std::string> outputs;               ///< keys in the bucket of the target
};
Result<std::vector<Batch>> load_batches(const meta::Connection& connection, const TableKey& target);
/// Gives it an id.
Result<> add_batch(meta::Txn& txn, Batch batch);
Result<> remove_batch(meta::Txn& txn, std::int64_t id);
/// The outputs `removed` of a table became `added`: batches that had some of them are one now.
Result<> merge_batches(meta::Txn& txn, const TableKey& target, const std::set<std::string>& removed,
                       const std::set<std::string>& added);

}  // namespace freshet::maintenance::store
