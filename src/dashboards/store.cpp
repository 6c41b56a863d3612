#include "dashboards/store.h"

#include <fmt/format.h>

#include "dashboards/limits.h"
#include "meta/table.h"

namespace freshet::dashboards::store {
namespace {

const auto sources = meta::table<DataSource>("dashboards_sources", [](auto& column, auto& source) {
    column.key(source.key, "id");
    column("name", source.name);
    column("work_group", source.work_group);
    column.fixed("created_ms", source.created);
    column("updated_ms", source.updated);
});
const auto data_sets = meta::table<DataSet>("dashboards_data_sets", [](auto& column, auto& set) {
    column.key(set.key, "id");
    column("name", set.name);
    column("source", set.source);
    column("database", set.database);
    column("sql", set.sql);
    column("is_spice", meta::flag(set.mode, ImportMode::spice, ImportMode::direct));
    column.fixed("created_ms", set.created);
    column("updated_ms", set.updated);
    column("words", set.words);
});
/// Name and type of each column of a data set.
const auto set_columns = meta::table<std::pair<std::string, std::string>>(
    "dashboards_columns", [](auto& column, auto& one) {
        column.owner_text("account");
        column.owner_text("region");
        column.owner_text("data_set");
        column.position("position");
        column("name", one.first);
        column("type", one.second);
    });
const auto dashboards =
    meta::table<Dashboard>("dashboards_dashboards", [](auto& column, auto& dashboard) {
        column.key(dashboard.key, "id");
        column("name", dashboard.name);
        column("data_set", dashboard.data_set);
        column("category", dashboard.category);
        column("refresh_every_ms", dashboard.refresh_every);
        column("version", dashboard.version);
        column.fixed("created_ms", dashboard.created);
        column("updated_ms", dashboard.updated);
        column("description", dashboard.description);
        column("words", dashboard.words);
    });

/// A column that a dashboard draws as a line or as bars.
struct Drawn {
    bool is_line = false;
    std::int64_t position = 0;
    std::string name;
};
const auto drawn = meta::table<Drawn>("dashboards_values", [](auto& column, auto& one) {
    column.owner_text("account");
    column.owner_text("region");
    column.owner_text("dashboard");
    column.key("is_line", one.is_line);
    column.key("position", one.position);
    column("name", one.name);
});
const auto ingestions =
    meta::table<Ingestion>("dashboards_ingestions", [](auto& column, auto& ingestion) {
        column.key(ingestion.data_set, "data_set");
        column.key("id", ingestion.id);
        column("state", ingestion.state);
        column.fixed("created_ms", ingestion.created);
        column("took_ms", ingestion.took);
        column("row_count", ingestion.rows);
        column("bytes", ingestion.bytes);
        column("error", ingestion.error);
    });

Failure wrong(Error error) { return fail(Errc::unavailable, error.message()); }

Result<> absent(const char* kind, const Key& key) {
    return fail(Errc::not_found, fmt::format("{} {} does not exist.", kind, key.name));
}

/// What a write says when the database refuses it.
Result<> or_wrong(Result<> written) {
    if (!written) return wrong(std::move(written.error()));
    return {};
}

/// The id in the first column of the first row.
Result<std::optional<std::string>> first_id(const meta::Connection& connection,
                                            std::string_view sql,
                                            const std::vector<meta::Value>& parameters) {
    auto found = meta::first<std::string>(connection, sql, parameters);
    if (!found) return wrong(std::move(found.error()));
    return std::move(*found);
}

/// An insert: a broken key is an id that is taken.
Result<> inserted(Result<> result, const char* kind, const Key& key) {
    if (result) return {};
    if (result.error().is(meta::Errc::conflict))
        return fail(Errc::exists, fmt::format("{} {} already exists.", kind, key.name));
    return wrong(std::move(result.error()));
}

/// A change or a removal of one row.
Result<> changed(Result<bool> result, const char* kind, const Key& key) {
    if (!result) return wrong(std::move(result.error()));
    if (!*result) return absent(kind, key);
    return {};
}

Result<> check_source(meta::Txn& txn, const DataSet& set) {
    FRESHET_TRY(found, first_id(txn,
                                "SELECT id FROM dashboards_sources WHERE account = ?1 AND region = "
                                "?2 AND id = ?3",
                                meta::values(set.key.home, set.source)));
    if (!*found)
        return fail(Errc::invalid, fmt::format("Data source {} does not exist.", set.source));
    return {};
}

Result<std::optional<std::string>> find_data_set(meta::Txn& txn, const Key& key) {
    return first_id(txn,
                    "SELECT id FROM dashboards_data_sets WHERE account = ?1 AND region = ?2 AND id "
                    "= ?3",
                    meta::values(key));
}

Result<> check_data_set(meta::Txn& txn, const Dashboard& dashboard) {
    FRESHET_TRY(found, find_data_set(txn, {dashboard.key.home, dashboard.data_set}));
    if (!*found)
        return fail(Errc::invalid, fmt::format("Data set {} does not exist.", dashboard.data_set));
    return {};
}

Result<> put_columns(meta::Txn& txn, const DataSet& set) {
    return or_wrong(set_columns.replace(txn, meta::values(set.key), set.columns));
}

Result<> put_values(meta::Txn& txn, const Dashboard& dashboard) {
    std::vector<Drawn> all;
    for (const bool is_line : {false, true}) {
        std::int64_t position = 0;
        for (const std::string& column : is_line ? dashboard.lines : dashboard.bars)
            all.push_back({is_line, position++, column});
    }
    return or_wrong(drawn.replace(txn, meta::values(dashboard.key), all));
}

Result<> load_parts(const meta::Connection& connection, All& all) {
    for (DataSet& set : all.data_sets) {
        FRESHET_TRY(columns, set_columns.load(connection, meta::values(set.key)));
        set.columns = std::move(*columns);
    }
    for (Dashboard& dashboard : all.dashboards) {
        FRESHET_TRY(columns, drawn.load(connection, meta::values(dashboard.key)));
        for (Drawn& one : *columns)
            (one.is_line ? dashboard.lines : dashboard.bars).push_back(std::move(one.name));
    }
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(sources, data_sets, set_columns, dashboards, drawn, ingestions);
}

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
    FRESHET_TRY(all_sources, sources.load(connection));
    FRESHET_TRY(all_sets, data_sets.load(connection));
    FRESHET_TRY(all_dashboards, dashboards.load(connection));
    All all{std::move(*all_sources), std::move(*all_sets), std::move(*all_dashboards)};
    if (auto read = load_parts(connection, all); !read) return pass(read);
    return all;
}

Result<> insert(meta::Txn& txn, const DataSource& source) {
    return inserted(sources.insert(txn, source), "Data source", source.key);
}

Result<> insert(meta::Txn& txn, const DataSet& set) {
    if (auto good = check_source(txn, set); !good) return good;
    auto written = inserted(data_sets.insert(txn, set), "Data set", set.key);
    return written ? put_columns(txn, set) : written;
}

Result<> insert(meta::Txn& txn, const Dashboard& dashboard) {
    if (auto good = check_data_set(txn, dashboard); !good) return good;
    auto written = inserted(dashboards.insert(txn, dashboard), "Dashboard", dashboard.key);
    return written ? put_values(txn, dashboard) : written;
}

Result<> update(meta::Txn& txn, const DataSource& source) {
    return changed(sources.try_update(txn, source), "Data source", source.key);
}

Result<> update(meta::Txn& txn, const DataSet& set) {
    if (auto good = check_source(txn, set); !good) return good;
    auto written = changed(data_sets.try_update(txn, set), "Data set", set.key);
    return written ? put_columns(txn, set) : written;
}

Result<> update(meta::Txn& txn, Dashboard& dashboard) {
    if (auto good = check_data_set(txn, dashboard); !good) return good;
    auto before = dashboards.find(txn, meta::values(dashboard.key));
    if (!before) return wrong(std::move(before.error()));
    if (!*before) return absent("Dashboard", dashboard.key);
    dashboard.version = (*before)->version + 1;
    dashboard.created = (*before)->created;
    auto written = or_wrong(dashboards.update(txn, dashboard));
    return written ? put_values(txn, dashboard) : written;
}

Result<> remove_source(meta::Txn& txn, const Key& key) {
    FRESHET_TRY(user, first_id(txn,
                               "SELECT id FROM dashboards_data_sets WHERE account = ?1 AND region "
                               "= ?2 AND source = ?3",
                               meta::values(key)));
    if (*user)
        return fail(Errc::in_use,
                    fmt::format("Data source {} is used by data set {}.", key.name, **user));
    return changed(sources.try_remove(txn, meta::values(key)), "Data source", key);
}

Result<> remove_data_set(meta::Txn& txn, const Key& key) {
    FRESHET_TRY(user, first_id(txn,
                               "SELECT id FROM dashboards_dashboards WHERE account = ?1 AND region "
                               "= ?2 AND data_set = ?3",
                               meta::values(key)));
    if (*user)
        return fail(Errc::in_use,
                    fmt::format("Data set {} is used by dashboard {}.", key.name, **user));
    return changed(data_sets.try_remove(txn, meta::values(key)), "Data set", key);
}

Result<> remove_dashboard(meta::Txn& txn, const Key& key) {
    return changed(dashboards.try_remove(txn, meta::values(key)), "Dashboard", key);
}

Result<std::optional<Ingestion>> find_ingestion(const meta::Connection& connection,
                                                const Key& data_set, const std::string& id) {
    auto found = ingestions.find(connection, meta::values(data_set, id));
    if (!found) return wrong(std::move(found.error()));
    return found;
}

Result<> insert(meta::Txn& txn, const Ingestion& ingestion) {
    const Key& set = ingestion.data_set;
    FRESHET_TRY(there, find_data_set(txn, set));
    if (!*there) return absent("Data set", set);
    auto pruned = txn.run(
        "DELETE FROM dashboards_ingestions WHERE account = ?1 AND region = ?2 AND data_set = ?3 "
        "AND state <> 0 AND id NOT IN (SELECT id FROM dashboards_ingestions WHERE account = ?1 AND "
        "region = ?2 AND data_set = ?3 ORDER BY created_ms DESC LIMIT ?4)",
        meta::values(set, limits::ingestions_kept - 1));
    if (!pruned) return or_wrong(std::move(pruned));
    return inserted(ingestions.insert(txn, ingestion), "Ingestion", {set.home, ingestion.id});
}

Result<> finish(meta::Txn& txn, const Ingestion& ingestion) {
    return or_wrong(ingestions.update(txn, ingestion));
}

Result<> fail_running(meta::Txn& txn) {
    return or_wrong(
        txn.run("UPDATE dashboards_ingestions SET state = 2, error = 'The server stopped.' WHERE "
                "state = 0"));
}

}  // namespace freshet::dashboards::store
