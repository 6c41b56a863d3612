#include "analytics/store.h"

#include <fmt/format.h>

namespace freshet::analytics::store {
namespace {

Result<> done(Result<std::int64_t> result) {
    if (!result) return pass(result);
    return {};
}

Result<> write_input(meta::Txn& txn, std::int64_t id, const Input& input) {
    const record::Format& format = input.schema.format;
    auto written = txn.execute(
        "INSERT INTO analytics_inputs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
        "?13, ?14)",
        {id, input.id, input.name_prefix, input.stream_arn, input.role_arn,
         input.processor ? meta::Value(input.processor->function_arn) : meta::Value(),
         input.processor ? meta::Value(input.processor->role_arn) : meta::Value(),
         std::int64_t{input.parallelism}, std::int64_t{format.is_json}, format.row_path,
         format.row_delimiter, format.column_delimiter, input.encoding, input.starting_position});
    for (std::size_t i = 0; i < input.schema.columns.size() && written; ++i) {
        const record::Column& column = input.schema.columns[i];
        written = txn.execute("INSERT INTO analytics_columns VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                              {id, input.id, static_cast<std::int64_t>(i), column.name,
                               to_string(column.type), column.mapping});
    }
    return done(std::move(written));
}

/// Everything below the application's own row.
Result<> write_parts(meta::Txn& txn, const Application& application) {
    for (const char* table : {"analytics_inputs", "analytics_columns", "analytics_outputs",
                              "analytics_loggings", "analytics_tags"}) {
        auto cleared = txn.execute(fmt::format("DELETE FROM {} WHERE application = ?1", table),
                                   {application.id});
        if (!cleared) return done(std::move(cleared));
    }
    for (const Input& input : application.inputs) {
        if (auto written = write_input(txn, application.id, input); !written) return written;
    }
    for (const Output& output : application.outputs) {
        auto written =
            txn.execute("INSERT INTO analytics_outputs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        {application.id, output.id, output.name,
                         std::int64_t{output.target == Target::delivery_stream}, output.arn,
                         output.role_arn, std::int64_t{output.format == record::RowFormat::json}});
        if (!written) return done(std::move(written));
    }
    for (const LoggingOption& logging : application.loggings) {
        auto written =
            txn.execute("INSERT INTO analytics_loggings VALUES (?1, ?2, ?3, ?4)",
                        {application.id, logging.id, logging.log_stream_arn, logging.role_arn});
        if (!written) return done(std::move(written));
    }
    for (const auto& [name, value] : application.tags) {
        auto written = txn.execute("INSERT INTO analytics_tags VALUES (?1, ?2, ?3)",
                                   {application.id, name, value});
        if (!written) return done(std::move(written));
    }
    return {};
}

Result<> load_inputs(const meta::Connection& connection, Application& application) {
    auto read = connection.query(
        "SELECT * FROM analytics_inputs WHERE application = ?1 ORDER BY id", {application.id},
        [&](const meta::Row& row) {
            Input& input = application.inputs.emplace_back();
            input.id = row.text(1);
            input.name_prefix = row.text(2);
            input.stream_arn = row.text(3);
            input.role_arn = row.text(4);
            if (!row.is_null(5)) input.processor = Processor{row.text(5), row.text(6)};
            input.parallelism = static_cast<int>(row.integer(7));
            input.schema.format = {row.integer(8) != 0, row.text(9), row.text(10), row.text(11)};
            input.encoding = row.text(12);
            input.starting_position = row.text(13);
            return true;
        });
    for (Input& input : application.inputs) {
        if (!read) return read;
        read = connection.query(
            "SELECT name, type, mapping FROM analytics_columns WHERE application = ?1 AND input = "
            "?2 ORDER BY position",
            {application.id, input.id}, [&](const meta::Row& row) {
                const auto type = record::parse_type(row.text(1));
                input.schema.columns.push_back(
                    {row.text(0), type.value_or(record::Type()), false, row.text(2)});
                return true;
            });
    }
    return read;
}

Result<> load_rest(const meta::Connection& connection, Application& application) {
    auto read = connection.query(
        "SELECT * FROM analytics_outputs WHERE application = ?1 ORDER BY id", {application.id},
        [&](const meta::Row& row) {
            application.outputs.push_back(
                {row.text(1), row.text(2),
                 row.integer(3) ? Target::delivery_stream : Target::stream, row.text(4),
                 row.text(5), row.integer(6) ? record::RowFormat::json : record::RowFormat::csv});
            return true;
        });
    if (!read) return read;
    read = connection.query(
        "SELECT * FROM analytics_loggings WHERE application = ?1 ORDER BY id", {application.id},
        [&](const meta::Row& row) {
            application.loggings.push_back({row.text(1), row.text(2), row.text(3)});
            return true;
        });
    if (!read) return read;
    return connection.query("SELECT name, value FROM analytics_tags WHERE application = ?1",
                            {application.id}, [&](const meta::Row& row) {
                                application.tags[row.text(0)] = row.text(1);
                                return true;
                            });
}

}  // namespace

std::vector<meta::Migration> migrations() {
    return {{"analytics", 1,
             "CREATE TABLE analytics_applications (id INTEGER PRIMARY KEY AUTOINCREMENT, account "
             "TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,"
             " description TEXT NOT NULL, code TEXT NOT NULL, created_ms INTEGER NOT NULL, "
             "updated_ms INTEGER NOT NULL, version INTEGER NOT NULL,"
             " running INTEGER NOT NULL, commits INTEGER NOT NULL, next_id INTEGER NOT NULL, "
             "started_ms INTEGER NOT NULL, UNIQUE (account, region, name));"
             "CREATE TABLE analytics_inputs (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, id TEXT NOT NULL,"
             " name_prefix TEXT NOT NULL, stream_arn TEXT NOT NULL, role_arn TEXT NOT NULL, "
             "function_arn TEXT, function_role TEXT, parallelism INTEGER NOT NULL,"
             " is_json INTEGER NOT NULL, row_path TEXT NOT NULL, row_delimiter TEXT NOT NULL, "
             "column_delimiter TEXT NOT NULL, encoding TEXT NOT NULL,"
             " starting_position TEXT NOT NULL, PRIMARY KEY (application, id)) WITHOUT ROWID;"
             "CREATE TABLE analytics_columns (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, input TEXT NOT NULL,"
             " position INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, mapping TEXT NOT "
             "NULL, PRIMARY KEY (application, input, position)) WITHOUT ROWID;"
             "CREATE TABLE analytics_outputs (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, id TEXT NOT NULL, name TEXT NOT NULL,"
             " to_delivery INTEGER NOT NULL, arn TEXT NOT NULL, role_arn TEXT NOT NULL, is_json "
             "INTEGER NOT NULL, PRIMARY KEY (application, id)) WITHOUT ROWID;"
             "CREATE TABLE analytics_loggings (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, id TEXT NOT NULL,"
             " log_stream_arn TEXT NOT NULL, role_arn TEXT NOT NULL, PRIMARY KEY (application, "
             "id)) WITHOUT ROWID;"
             "CREATE TABLE analytics_tags (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL,"
             " PRIMARY KEY (application, name)) WITHOUT ROWID;"
             "CREATE TABLE analytics_snapshots (application INTEGER PRIMARY KEY REFERENCES "
             "analytics_applications ON DELETE CASCADE, next_commit INTEGER NOT NULL,"
             " state BLOB NOT NULL);"
             "CREATE TABLE analytics_positions (application INTEGER NOT NULL REFERENCES "
             "analytics_applications ON DELETE CASCADE, partition INTEGER NOT NULL,"
             " next INTEGER NOT NULL, PRIMARY KEY (application, partition)) WITHOUT ROWID"},
            {"analytics", 2,
             "ALTER TABLE analytics_snapshots ADD COLUMN file TEXT NOT NULL DEFAULT ''"}};
}

Result<std::vector<Application>> load(const meta::Connection& connection) {
    std::vector<Application> all;
    auto read =
        connection.query("SELECT * FROM analytics_applications", {}, [&](const meta::Row& row) {
            Application& application = all.emplace_back();
            application.id = row.integer(0);
            application.key = {row.text(1), row.text(2), row.text(3)};
            application.description = row.text(4);
            application.code = row.text(5);
            application.created = from_epoch_ms(row.integer(6));
            application.updated = from_epoch_ms(row.integer(7));
            application.version = static_cast<int>(row.integer(8));
            application.status = row.integer(9) ? Status::running : Status::ready;
            application.commits = log::PartitionId(static_cast<std::uint64_t>(row.integer(10)));
            application.next_id = static_cast<int>(row.integer(11));
            application.started = from_epoch_ms(row.integer(12));
            return true;
        });
    if (!read) return pass(read);
    for (Application& application : all) {
        read = load_inputs(connection, application);
        if (read) read = load_rest(connection, application);
        if (!read) return pass(read);
    }
    return all;
}

Result<> insert(meta::Txn& txn, Application& application) {
    auto commits = log::Log::create_in(txn, "application " + application.key.name);
    if (!commits) return pass(commits);
    application.commits = *commits;
    auto inserted = txn.execute(
        "INSERT INTO analytics_applications (account, region, name, description, code, created_ms, "
        "updated_ms, version, running, commits, next_id, started_ms)"
        " VALUES (?1, ?2, ?3, '', '', ?4, 0, 0, 0, ?5, 0, 0)",
        {application.key.account, application.key.region, application.key.name,
         to_epoch_ms(application.created), static_cast<std::int64_t>(*application.commits)});
    if (!inserted) return done(std::move(inserted));
    application.id = txn.last_row_id();
    return update(txn, application);
}

Result<> update(meta::Txn& txn, const Application& application) {
    auto updated = txn.execute(
        "UPDATE analytics_applications SET description = ?2, code = ?3, updated_ms = ?4, version = "
        "?5, running = ?6, next_id = ?7, started_ms = ?8 WHERE id = ?1",
        {application.id, application.description, application.code,
         to_epoch_ms(application.updated), std::int64_t{application.version},
         std::int64_t{application.status == Status::running}, std::int64_t{application.next_id},
         to_epoch_ms(application.started)});
    if (!updated) return done(std::move(updated));
    return write_parts(txn, application);
}

Result<> remove(meta::Txn& txn, const Application& application) {
    auto dropped = log::Log::drop_in(txn, application.commits);
    if (!dropped) return dropped;
    return done(txn.execute("DELETE FROM analytics_applications WHERE id = ?1", {application.id}));
}

Result<std::optional<Snapshot>> read_snapshot(const meta::Connection& connection,
                                              std::int64_t application) {
    std::optional<Snapshot> snapshot;
    auto read = connection.query(
        "SELECT next_commit, state, file FROM analytics_snapshots WHERE application = ?1",
        {application}, [&](const meta::Row& row) {
            snapshot.emplace();
            snapshot->commit = static_cast<log::Ordinal>(row.integer(0));
            snapshot->state = row.blob(1);
            snapshot->file = row.text(2);
            return false;
        });
    if (!read) return pass(read);
    if (!snapshot) return snapshot;
    read =
        connection.query("SELECT partition, next FROM analytics_positions WHERE application = ?1",
                         {application}, [&](const meta::Row& row) {
                             snapshot->positions[static_cast<std::uint64_t>(row.integer(0))] =
                                 static_cast<log::Ordinal>(row.integer(1));
                             return true;
                         });
    if (!read) return pass(read);
    return snapshot;
}

Result<> write_snapshot(meta::Txn& txn, std::int64_t application, const Snapshot& snapshot) {
    auto written = txn.execute(
        "INSERT OR REPLACE INTO analytics_snapshots (application, next_commit, state, file) VALUES "
        "(?1, ?2, ?3, ?4)",
        {application, static_cast<std::int64_t>(snapshot.commit), Bytes::copy(snapshot.state),
         snapshot.file});
    if (written)
        written =
            txn.execute("DELETE FROM analytics_positions WHERE application = ?1", {application});
    for (const auto& [partition, next] : snapshot.positions) {
        if (!written) break;
        written = txn.execute(
            "INSERT INTO analytics_positions VALUES (?1, ?2, ?3)",
            {application, static_cast<std::int64_t>(partition), static_cast<std::int64_t>(next)});
    }
    return done(std::move(written));
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    std::vector<log::Claim> all;
    auto read = connection.query(
        "SELECT p.partition, p.next, a.name FROM analytics_positions p JOIN analytics_applications "
        "a ON a.id = p.application",
        {}, [&](const meta::Row& row) {
            all.push_back({log::PartitionId(static_cast<std::uint64_t>(row.integer(0))),
                           static_cast<log::Ordinal>(row.integer(1)),
                           "application " + row.text(2)});
            return true;
        });
    if (!read) return pass(read);
    return all;
}

}  // namespace freshet::analytics::store
