// The dashboards service (QuickSight): data sources, data sets and dashboards, and the rows that a
// dashboard shows. One home core. Every change completes after it is durable.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dashboards/errors.h"
#include "dashboards/ports.h"
#include "dashboards/types.h"
#include "io/core.h"
#include "meta/database.h"

namespace freshet::dashboards {

/// Life: load() before the core runs, then calls on the home core in any order; stop() completes
/// when the queries under way have ended: only then may the database and the query port go. A
/// change completes when it is durable; one that is refused changed nothing.
class Dashboards {
  public:
    Dashboards(io::Core& home, meta::Database& database, QueryPort& queries);
    ~Dashboards();
    Result<> load();
    io::Task<void> stop();
    io::Core& home() { return home_; }

    io::Task<Result<>> create_source(DataSource wanted);
    io::Task<Result<>> update_source(DataSource changed);
    Result<DataSource> find_source(const Key& key) const;
    std::vector<DataSource> sources(const Home& home) const;
    /// Errc::in_use while a data set names it.
    io::Task<Result<>> remove_source(Key key);

    /// Errc::invalid when the source is not there or the SQL is refused (its message says where).
    io::Task<Result<>> create_data_set(DataSet wanted);
    io::Task<Result<>> update_data_set(DataSet changed);
    Result<DataSet> find_data_set(const Key& key) const;
    std::vector<DataSet> data_sets(const Home& home) const;
    /// Errc::in_use while a dashboard names it.
    io::Task<Result<>> remove_data_set(Key key);

    /// Errc::invalid when the data set or a column is not there.
    io::Task<Result<>> create(Dashboard wanted);
    /// Makes the next version.
    io::Task<Result<>> update(Dashboard changed);
    Result<Dashboard> find(const Key& key) const;
    std::vector<Dashboard> list(const Home& home) const;
    io::Task<Result<>> remove(Key key);

    /// What the dashboard shows: asked for again when it is older than the dashboard's
    /// refresh_every. Callers at the same time share one query.
    io::Task<Result<Data>> data(Key dashboard);
    /// Asks for the rows of a data set again now (an ingestion, in SPICE's words).
    io::Task<Result<Data>> refresh(Key data_set);

  private:
    struct State;
    io::Core& home_;
    std::unique_ptr<State> state_;
};

}  // namespace freshet::dashboards
