// The tables of the dashboards service; the only file of it that touches the database. References
// between the kinds are judged here, inside the transaction, since another change may come between.
#pragma once
#include "dashboards/errors.h"
#include "dashboards/ingestions.h"
#include "dashboards/types.h"
#include "meta/shape.h"

namespace freshet::dashboards::store {

std::vector<meta::Migration> migrations();
std::vector<meta::Shape> shapes();

struct All {
    std::vector<DataSource> sources;
    std::vector<DataSet> data_sets;
    std::vector<Dashboard> dashboards;
};
Result<All> load(const meta::Connection& connection);

/// Errc::exists. insert_* of what names something that is not there: Errc::invalid.
Result<> insert(meta::Txn& txn, const DataSource& source);
Result<> insert(meta::Txn& txn, const DataSet& set);
Result<> insert(meta::Txn& txn, const Dashboard& dashboard);
/// Errc::not_found, Errc::invalid.
Result<> update(meta::Txn& txn, const DataSource& source);
Result<> update(meta::Txn& txn, const DataSet& set);
/// Gives it its next version.
Result<> update(meta::Txn& txn, Dashboard& dashboard);
/// Errc::not_found, Errc::in_use.
Result<> remove_source(meta::Txn& txn, const Key& key);
Result<> remove_data_set(meta::Txn& txn, const Key& key);
Result<> remove_dashboard(meta::Txn& txn, const Key& key);

/// Nothing when it is not there.
Result<std::optional<Ingestion>> find_ingestion(const meta::Connection& connection,
                                                const Key& data_set, const std::string& id);
/// Errc::exists; Errc::not_found: the data set. The oldest of many go.
Result<> insert(meta::Txn& txn, const Ingestion& ingestion);
Result<> finish(meta::Txn& txn, const Ingestion& ingestion);
/// Those that a server that stopped had begun.
Result<> fail_running(meta::Txn& txn);

}  // namespace freshet::dashboards::store
