#include "dashboards/store.h"

#include <fmt/format.h>

#include "dashboards/limits.h"

namespace freshet::dashboards::store {
namespace {

Failure wrong(Error error) { return fail(Errc::unavailable, error.message()); }

Result<> absent(const char* kind, const Key& key) {
    return fail(Errc::not_found, fmt::format("{} {} does not exist.", kind, key.id));
}

/// The id in the first column of the first row.
Result<std::optional<std::string>> first(const meta::Connection& connection, std::string_view sql,
                                         const std::vector<meta::Value>& parameters) {
    std::optional<std::string> found;
    auto read = connection.query(sql, parameters, [&](const meta::Row& row) {
        found = row.text(0);
        return false;
    });
    if (!read) return wrong(std::move(read.error()));
    return found;
}

/// An INSERT: a broken key is an id that is taken.
Result<> made(Result<std::int64_t> result, const char* kind, const Key& key) {
    if (result) return {};
    if (result.error().is(meta::Errc::conflict))
        return fail(Errc::exists, fmt::format("{} {} already exists.", kind, key.id));
    return wrong(std::move(result.error()));
}

/// An UPDATE or DELETE of one row.
Result<> changed(Result<std::int64_t> result, const char* kind, const Key& key) {
    if (!result) return wrong(std::move(result.error()));
    if (*result == 0) return absent(kind, key);
    return {};
}

Result<> check_source(meta::Txn& txn, const DataSet& set) {
    auto found = first(txn,
                       "SELECT id FROM dashboards_sources WHERE account = ?1 AND region = ?2 AND "
                       "id = ?3",
                       {set.key.account, set.key.region, set.source});
    if (!found) return pass(found);
    if (!*found)
        return fail(Errc::invalid, fmt::format("Data source {} does not exist.", set.source));
    return {};
}

Result<> check_data_set(meta::Txn& txn, const Dashboard& dashboard) {
    auto found = first(txn,
                       "SELECT id FROM dashboards_data_sets WHERE account = ?1 AND region = ?2 AND "
                       "id = ?3",
                       {dashboard.key.account, dashboard.key.region, dashboard.data_set});
    if (!found) return pass(found);
    if (!*found)
        return fail(Errc::invalid, fmt::format("Data set {} does not exist.", dashboard.data_set));
    return {};
}

Result<> put_columns(meta::Txn& txn, const DataSet& set) {
    const Key& key = set.key;
    auto written = txn.execute(
        "DELETE FROM dashboards_columns WHERE account = ?1 AND region = ?2 AND data_set = ?3",
        {key.account, key.region, key.id});
    std::int64_t position = 0;
    for (const auto& [name, type] : set.columns) {
        if (written)
            written = txn.execute("INSERT INTO dashboards_columns VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                                  {key.account, key.region, key.id, position++, name, type});
    }
    if (!written) return wrong(std::move(written.error()));
    return {};
}

Result<> put_values(meta::Txn& txn, const Dashboard& dashboard) {
    const Key& key = dashboard.key;
    auto written = txn.execute(
        "DELETE FROM dashboards_values WHERE account = ?1 AND region = ?2 AND dashboard = ?3",
        {key.account, key.region, key.id});
    for (const bool is_line : {false, true}) {
        std::int64_t position = 0;
        for (const std::string& column : is_line ? dashboard.lines : dashboard.bars) {
            if (written)
                written = txn.execute(
                    "INSERT INTO dashboards_values VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    {key.account, key.region, key.id, std::int64_t{is_line}, position++, column});
        }
    }
    if (!written) return wrong(std::move(written.error()));
    return {};
}

Result<> load_columns(const meta::Connection& connection, DataSet& set) {
    return connection.query(
        "SELECT name, type FROM dashboards_columns WHERE account = ?1 AND region = ?2 AND "
        "data_set = ?3 ORDER BY position",
        {set.key.account, set.key.region, set.key.id}, [&](const meta::Row& row) {
            set.columns.emplace_back(row.text(0), row.text(1));
            return true;
        });
}

Result<> load_values(const meta::Connection& connection, Dashboard& dashboard) {
    return connection.query(
        "SELECT is_line, name FROM dashboards_values WHERE account = ?1 AND region = ?2 AND "
        "dashboard = ?3 ORDER BY is_line, position",
        {dashboard.key.account, dashboard.key.region, dashboard.key.id}, [&](const meta::Row& row) {
            (row.integer(0) != 0 ? dashboard.lines : dashboard.bars).push_back(row.text(1));
            return true;
        });
}

Key key_of(const meta::Row& row) { return {row.text(0), row.text(1), row.text(2)}; }

Result<> load_sources(const meta::Connection& connection, std::vector<DataSource>& all) {
    return connection.query(
        "SELECT account, region, id, name, work_group, created_ms, updated_ms FROM "
        "dashboards_sources",
        {}, [&](const meta::Row& row) {
            all.push_back({key_of(row), row.text(3), row.text(4), from_epoch_ms(row.integer(5)),
                           from_epoch_ms(row.integer(6))});
            return true;
        });
}

Result<> load_data_sets(const meta::Connection& connection, std::vector<DataSet>& all) {
    auto read = connection.query(
        "SELECT account, region, id, name, source, database, sql, is_spice, created_ms, "
        "updated_ms, words FROM dashboards_data_sets",
        {}, [&](const meta::Row& row) {
            all.push_back({key_of(row),
                           row.text(3),
                           row.text(4),
                           row.text(5),
                           row.text(6),
                           {},
                           row.integer(7) != 0 ? ImportMode::spice : ImportMode::direct,
                           from_epoch_ms(row.integer(8)),
                           from_epoch_ms(row.integer(9)),
                           row.text(10)});
            return true;
        });
    for (DataSet& set : all) {
        if (read) read = load_columns(connection, set);
    }
    return read;
}

Result<> load_dashboards(const meta::Connection& connection, std::vector<Dashboard>& all) {
    auto read = connection.query(
        "SELECT account, region, id, name, data_set, category, refresh_every_ms, version, "
        "created_ms, updated_ms, description, words FROM dashboards_dashboards",
        {}, [&](const meta::Row& row) {
            Dashboard& dashboard = all.emplace_back();
            dashboard.key = key_of(row);
            dashboard.name = row.text(3);
            dashboard.data_set = row.text(4);
            dashboard.category = row.text(5);
            dashboard.refresh_every = Millis(row.integer(6));
            dashboard.version = static_cast<int>(row.integer(7));
            dashboard.created = from_epoch_ms(row.integer(8));
            dashboard.updated = from_epoch_ms(row.integer(9));
            dashboard.description = row.text(10);
            dashboard.words = row.text(11);
            return true;
        });
    for (Dashboard& dashboard : all) {
        if (read) read = load_values(connection, dashboard);
    }
    return read;
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {{"dashboards", 1,
             "CREATE TABLE dashboards_sources (account TEXT NOT NULL, region TEXT NOT NULL, id "
             "TEXT NOT NULL, name TEXT NOT NULL, work_group TEXT NOT NULL, created_ms INTEGER NOT "
             "NULL, updated_ms INTEGER NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID;"
             "CREATE TABLE dashboards_data_sets (account TEXT NOT NULL, region TEXT NOT NULL, id "
             "TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, database TEXT NOT NULL, sql "
             "TEXT NOT NULL, is_spice INTEGER NOT NULL, created_ms INTEGER NOT NULL, updated_ms "
             "INTEGER NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID;"
             "CREATE TABLE dashboards_columns (account TEXT NOT NULL, region TEXT NOT NULL, "
             "data_set TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT "
             "NULL, PRIMARY KEY (account, region, data_set, position), FOREIGN KEY (account, "
             "region, data_set) REFERENCES dashboards_data_sets ON DELETE CASCADE) WITHOUT ROWID;"
             "CREATE TABLE dashboards_dashboards (account TEXT NOT NULL, region TEXT NOT NULL, id "
             "TEXT NOT NULL, name TEXT NOT NULL, data_set TEXT NOT NULL, category TEXT NOT NULL, "
             "refresh_every_ms INTEGER NOT NULL, version INTEGER NOT NULL, created_ms INTEGER NOT "
             "NULL, updated_ms INTEGER NOT NULL, PRIMARY KEY (account, region, id)) WITHOUT ROWID;"
             "CREATE TABLE dashboards_values (account TEXT NOT NULL, region TEXT NOT NULL, "
             "dashboard TEXT NOT NULL, is_line INTEGER NOT NULL, position INTEGER NOT NULL, name "
             "TEXT NOT NULL, PRIMARY KEY (account, region, dashboard, is_line, position), FOREIGN "
             "KEY (account, region, dashboard) REFERENCES dashboards_dashboards ON DELETE CASCADE) "
             "WITHOUT ROWID"},
            {"dashboards", 2,
             "ALTER TABLE dashboards_data_sets ADD COLUMN words TEXT NOT NULL DEFAULT '';"
             "ALTER TABLE dashboards_dashboards ADD COLUMN description TEXT NOT NULL DEFAULT '';"
             "ALTER TABLE dashboards_dashboards ADD COLUMN words TEXT NOT NULL DEFAULT '';"
             "CREATE TABLE dashboards_ingestions (account TEXT NOT NULL, region TEXT NOT NULL, "
             "data_set TEXT NOT NULL, id TEXT NOT NULL, state INTEGER NOT NULL, created_ms INTEGER "
             "NOT NULL, took_ms INTEGER NOT NULL, row_count INTEGER NOT NULL, bytes INTEGER NOT "
             "NULL, error TEXT NOT NULL, PRIMARY KEY (account, region, data_set, id), FOREIGN KEY "
             "(account, region, data_set) REFERENCES dashboards_data_sets ON DELETE CASCADE) "
             "WITHOUT ROWID"}};
}

Result<All> load(const meta::Connection& connection) {
    All all;
    auto read = load_sources(connection, all.sources);
    if (read) read = load_data_sets(connection, all.data_sets);
    if (read) read = load_dashboards(connection, all.dashboards);
    if (!read) return pass(read);
    return all;
}

Result<> insert(meta::Txn& txn, const DataSource& source) {
    const Key& key = source.key;
    return made(txn.execute("INSERT INTO dashboards_sources VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                            {key.account, key.region, key.id, source.name, source.work_group,
                             to_epoch_ms(source.created), to_epoch_ms(source.updated)}),
                "Data source", key);
}

Result<> insert(meta::Txn& txn, const DataSet& set) {
    const Key& key = set.key;
    if (auto good = check_source(txn, set); !good) return good;
    auto written = made(
        txn.execute(
            "INSERT INTO dashboards_data_sets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
            "?11)",
            {key.account, key.region, key.id, set.name, set.source, set.database, set.sql,
             std::int64_t{set.mode == ImportMode::spice}, to_epoch_ms(set.created),
             to_epoch_ms(set.updated), set.words}),
        "Data set", key);
    if (!written) return written;
    return put_columns(txn, set);
}

Result<> insert(meta::Txn& txn, const Dashboard& dashboard) {
    const Key& key = dashboard.key;
    if (auto good = check_data_set(txn, dashboard); !good) return good;
    auto written = made(
        txn.execute(
            "INSERT INTO dashboards_dashboards VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, "
            "?11, ?12)",
            {key.account, key.region, key.id, dashboard.name, dashboard.data_set,
             dashboard.category, std::int64_t{dashboard.refresh_every.count()},
             std::int64_t{dashboard.version}, to_epoch_ms(dashboard.created),
             to_epoch_ms(dashboard.updated), dashboard.description, dashboard.words}),
        "Dashboard", key);
    if (!written) return written;
    return put_values(txn, dashboard);
}

Result<> update(meta::Txn& txn, const DataSource& source) {
    const Key& key = source.key;
    return changed(txn.execute("UPDATE dashboards_sources SET name = ?4, work_group = ?5, "
                               "updated_ms = ?6 WHERE account = ?1 AND region = ?2 AND id = ?3",
                               {key.account, key.region, key.id, source.name, source.work_group,
                                to_epoch_ms(source.updated)}),
                   "Data source", key);
}

Result<> update(meta::Txn& txn, const DataSet& set) {
    const Key& key = set.key;
    if (auto good = check_source(txn, set); !good) return good;
    auto written = changed(
        txn.execute(
            "UPDATE dashboards_data_sets SET name = ?4, source = ?5, database = "
            "?6, sql = ?7, is_spice = ?8, updated_ms = ?9, words = ?10 WHERE account = ?1 AND "
            "region = ?2 AND id = ?3",
            {key.account, key.region, key.id, set.name, set.source, set.database, set.sql,
             std::int64_t{set.mode == ImportMode::spice}, to_epoch_ms(set.updated), set.words}),
        "Data set", key);
    if (!written) return written;
    return put_columns(txn, set);
}

Result<> update(meta::Txn& txn, Dashboard& dashboard) {
    const Key& key = dashboard.key;
    if (auto good = check_data_set(txn, dashboard); !good) return good;
    auto written = changed(
        txn.execute("UPDATE dashboards_dashboards SET name = ?4, data_set = ?5, category = ?6, "
                    "refresh_every_ms = ?7, updated_ms = ?8, description = ?9, words = ?10, "
                    "version = version + 1 WHERE account "
                    "= ?1 AND region = ?2 AND id = ?3",
                    {key.account, key.region, key.id, dashboard.name, dashboard.data_set,
                     dashboard.category, std::int64_t{dashboard.refresh_every.count()},
                     to_epoch_ms(dashboard.updated), dashboard.description, dashboard.words}),
        "Dashboard", key);
    if (!written) return written;
    auto read = txn.query(
        "SELECT version, created_ms FROM dashboards_dashboards WHERE account = ?1 AND region = ?2 "
        "AND id = ?3",
        {key.account, key.region, key.id}, [&](const meta::Row& row) {
            dashboard.version = static_cast<int>(row.integer(0));
            dashboard.created = from_epoch_ms(row.integer(1));
            return true;
        });
    if (!read) return wrong(std::move(read.error()));
    return put_values(txn, dashboard);
}

Result<> remove_source(meta::Txn& txn, const Key& key) {
    auto user = first(txn,
                      "SELECT id FROM dashboards_data_sets WHERE account = ?1 AND region = ?2 AND "
                      "source = ?3",
                      {key.account, key.region, key.id});
    if (!user) return pass(user);
    if (*user)
        return fail(Errc::in_use,
                    fmt::format("Data source {} is used by data set {}.", key.id, **user));
    return changed(txn.execute("DELETE FROM dashboards_sources WHERE account = ?1 AND region = ?2 "
                               "AND id = ?3",
                               {key.account, key.region, key.id}),
                   "Data source", key);
}

Result<> remove_data_set(meta::Txn& txn, const Key& key) {
    auto user = first(txn,
                      "SELECT id FROM dashboards_dashboards WHERE account = ?1 AND region = ?2 AND "
                      "data_set = ?3",
                      {key.account, key.region, key.id});
    if (!user) return pass(user);
    if (*user)
        return fail(Errc::in_use,
                    fmt::format("Data set {} is used by dashboard {}.", key.id, **user));
    return changed(txn.execute("DELETE FROM dashboards_data_sets WHERE account = ?1 AND region = "
                               "?2 AND id = ?3",
                               {key.account, key.region, key.id}),
                   "Data set", key);
}

Result<> remove_dashboard(meta::Txn& txn, const Key& key) {
    return changed(txn.execute("DELETE FROM dashboards_dashboards WHERE account = ?1 AND region = "
                               "?2 AND id = ?3",
                               {key.account, key.region, key.id}),
                   "Dashboard", key);
}

Result<std::optional<Ingestion>> find_ingestion(const meta::Connection& connection,
                                                const Key& data_set, const std::string& id) {
    std::optional<Ingestion> found;
    auto read = connection.query(
        "SELECT state, created_ms, took_ms, row_count, bytes, error FROM dashboards_ingestions "
        "WHERE account = ?1 AND region = ?2 AND data_set = ?3 AND id = ?4",
        {data_set.account, data_set.region, data_set.id, id}, [&](const meta::Row& row) {
            found = Ingestion{data_set,
                              id,
                              static_cast<Ingestion::State>(row.integer(0)),
                              from_epoch_ms(row.integer(1)),
                              Millis(row.integer(2)),
                              row.integer(3),
                              row.integer(4),
                              row.text(5)};
            return false;
        });
    if (!read) return wrong(std::move(read.error()));
    return found;
}

Result<> insert(meta::Txn& txn, const Ingestion& ingestion) {
    const Key& set = ingestion.data_set;
    auto there = first(txn,
                       "SELECT id FROM dashboards_data_sets WHERE account = ?1 AND region = ?2 AND "
                       "id = ?3",
                       {set.account, set.region, set.id});
    if (!there) return pass(there);
    if (!*there) return absent("Data set", set);
    auto pruned = txn.execute(
        "DELETE FROM dashboards_ingestions WHERE account = ?1 AND region = ?2 AND data_set = ?3 "
        "AND state <> 0 AND id NOT IN (SELECT id FROM dashboards_ingestions WHERE account = ?1 AND "
        "region = ?2 AND data_set = ?3 ORDER BY created_ms DESC LIMIT ?4)",
        {set.account, set.region, set.id, std::int64_t{limits::ingestions_kept - 1}});
    if (!pruned) return wrong(std::move(pruned.error()));
    return made(
        txn.execute(
            "INSERT INTO dashboards_ingestions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            {set.account, set.region, set.id, ingestion.id,
             std::int64_t{static_cast<int>(ingestion.state)}, to_epoch_ms(ingestion.created),
             std::int64_t{ingestion.took.count()}, ingestion.rows, ingestion.bytes,
             ingestion.error}),
        "Ingestion", {set.account, set.region, ingestion.id});
}

Result<> finish(meta::Txn& txn, const Ingestion& ingestion) {
    const Key& set = ingestion.data_set;
    auto written = txn.execute(
        "UPDATE dashboards_ingestions SET state = ?5, took_ms = ?6, row_count = ?7, bytes = ?8, "
        "error = ?9 WHERE account = ?1 AND region = ?2 AND data_set = ?3 AND id = ?4",
        {set.account, set.region, set.id, ingestion.id,
         std::int64_t{static_cast<int>(ingestion.state)}, std::int64_t{ingestion.took.count()},
         ingestion.rows, ingestion.bytes, ingestion.error});
    if (!written) return wrong(std::move(written.error()));
    return {};
}

Result<> fail_running(meta::Txn& txn) {
    auto written = txn.execute(
        "UPDATE dashboards_ingestions SET state = 2, error = 'The server stopped.' WHERE state = "
        "0");
    if (!written) return wrong(std::move(written.error()));
    return {};
}

}  // namespace freshet::dashboards::store
