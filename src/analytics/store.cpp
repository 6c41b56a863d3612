#include "analytics/store.h"

#include <fmt/format.h>

#include "meta/pairs.h"

namespace freshet::analytics::store {
namespace {

const auto applications =
    meta::table<Application>("analytics_applications", [](auto& column, auto& application) {
        column.id("id", application.id);
        column.key(application.key);
        column("description", application.description);
        column("code", application.code);
        column.fixed("created_ms", application.created);
        column("updated_ms", application.updated);
        column("version", application.version);
        column("running", meta::flag(application.status, Status::running, Status::ready));
        column.fixed("commits", application.commits);
        column("next_id", application.next_id);
        column("started_ms", application.started);
    });
const auto inputs = meta::table<Input>("analytics_inputs", [](auto& column, auto& input) {
    auto& format = input.schema.format;
    column.owner("application");
    column.key("id", input.id);
    column("name_prefix", input.name_prefix);
    column("stream_arn", input.stream_arn);
    column("role_arn", input.role_arn);
    column.optional(input.processor, [](auto& inner, auto& processor) {
        inner("function_arn", processor.function_arn);
        inner("function_role", processor.role_arn);
    });
    column("parallelism", input.parallelism);
    column("is_json", format.is_json);
    column("row_path", format.row_path);
    column("row_delimiter", format.row_delimiter);
    column("column_delimiter", format.column_delimiter);
    column("encoding", input.encoding);
    column("starting_position", input.starting_position);
});

/// A column of an input's schema.
struct InputColumn {
    std::string input;
    std::int64_t position = 0;
    record::Column column;
};
const auto columns = meta::table<InputColumn>("analytics_columns", [](auto& column, auto& one) {
    column.owner("application");
    column.key("input", one.input);
    column.key("position", one.position);
    column("name", one.column.name);
    column("type", meta::packed(one.column.type, record::to_string, [](const std::string& text) {
               return record::parse_type(text).value_or(record::Type());
           }));
    column("mapping", one.column.mapping);
});
const auto outputs = meta::table<Output>("analytics_outputs", [](auto& column, auto& output) {
    column.owner("application");
    column.key("id", output.id);
    column("name", output.name);
    column("to_delivery", meta::flag(output.target, Target::delivery_stream, Target::stream));
    column("arn", output.arn);
    column("role_arn", output.role_arn);
    column("is_json", meta::flag(output.format, record::RowFormat::json, record::RowFormat::csv));
});
const auto loggings =
    meta::table<LoggingOption>("analytics_loggings", [](auto& column, auto& logging) {
        column.owner("application");
        column.key("id", logging.id);
        column("log_stream_arn", logging.log_stream_arn);
        column("role_arn", logging.role_arn);
    });
const meta::Pairs application_tags("analytics_tags", "application");

const auto snapshots =
    meta::table<Snapshot>("analytics_snapshots", [](auto& column, auto& snapshot) {
        column.owner("application");
        column("next_commit", snapshot.commit);
        column("state", meta::blob(snapshot.state));
        column("file", snapshot.file);
    });
struct Position {
    std::uint64_t partition = 0;
    log::Ordinal next = 0;
};
const auto positions =
    meta::table<Position>("analytics_positions", [](auto& column, auto& position) {
        column.owner("application");
        column.key("partition", position.partition);
        column("next", position.next);
    });

std::vector<InputColumn> columns_of(const Application& application) {
    std::vector<InputColumn> all;
    for (const Input& input : application.inputs) {
        std::int64_t position = 0;
        for (const record::Column& column : input.schema.columns)
            all.push_back({input.id, position++, column});
    }
    return all;
}

/// Everything below the application's own row.
Result<> write_parts(meta::Txn& txn, const Application& application) {
    const auto owner = meta::values(application.id);
    auto written = inputs.replace(txn, owner, application.inputs);
    if (written) written = columns.replace(txn, owner, columns_of(application));
    if (written) written = outputs.replace(txn, owner, application.outputs);
    if (written) written = loggings.replace(txn, owner, application.loggings);
    if (written) written = application_tags.replace(txn, application.id, application.tags);
    return written;
}

Result<> load_parts(const meta::Connection& connection, Application& application) {
    const auto owner = meta::values(application.id);
    FRESHET_TRY(own_inputs, inputs.load(connection, owner));
    FRESHET_TRY(own_columns, columns.load(connection, owner));
    FRESHET_TRY(own_outputs, outputs.load(connection, owner));
    FRESHET_TRY(own_loggings, loggings.load(connection, owner));
    FRESHET_TRY(tags, application_tags.load(connection, application.id));
    application.inputs = std::move(*own_inputs);
    application.outputs = std::move(*own_outputs);
    application.loggings = std::move(*own_loggings);
    application.tags = std::move(*tags);
    for (Input& input : application.inputs)
        for (InputColumn& one : *own_columns)
            if (one.input == input.id) input.schema.columns.push_back(std::move(one.column));
    return {};
}

}  // namespace

std::vector<meta::Shape> shapes() {
    return meta::shapes_of(applications, inputs, columns, outputs, loggings, application_tags,
                           snapshots, positions);
}

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
    FRESHET_TRY(all, applications.load(connection));
    for (Application& application : *all) {
        if (auto read = load_parts(connection, application); !read) return pass(read);
    }
    return all;
}

Result<> insert(meta::Txn& txn, Application& application) {
    FRESHET_TRY(commits, log::Log::create_in(txn, "application " + application.key.name));
    application.commits = *commits;
    if (auto inserted = applications.insert(txn, application); !inserted) return inserted;
    return write_parts(txn, application);
}

Result<> update(meta::Txn& txn, const Application& application) {
    if (auto updated = applications.update(txn, application); !updated) return updated;
    return write_parts(txn, application);
}

Result<> remove(meta::Txn& txn, const Application& application) {
    if (auto dropped = log::Log::drop_in(txn, application.commits); !dropped) return dropped;
    return applications.remove(txn, meta::values(application.id));
}

Result<std::optional<Snapshot>> read_snapshot(const meta::Connection& connection,
                                              std::int64_t application) {
    FRESHET_TRY(snapshot, snapshots.find(connection, meta::values(application)));
    if (!*snapshot) return snapshot;
    FRESHET_TRY(own_positions, positions.load(connection, meta::values(application)));
    for (const Position& one : *own_positions) (*snapshot)->positions[one.partition] = one.next;
    return snapshot;
}

Result<> write_snapshot(meta::Txn& txn, std::int64_t application, const Snapshot& snapshot) {
    const auto owner = meta::values(application);
    auto written = snapshots.put(txn, snapshot, owner);
    std::vector<Position> own_positions;
    for (const auto& [partition, next] : snapshot.positions)
        own_positions.push_back({partition, next});
    if (written) written = positions.replace(txn, owner, own_positions);
    return written;
}

Result<std::vector<log::Claim>> claims(const meta::Connection& connection) {
    return meta::collect(
        connection,
        "SELECT p.partition, p.next, a.name FROM analytics_positions p JOIN analytics_applications "
        "a ON a.id = p.application",
        {}, [](log::PartitionId partition, log::Ordinal next, const std::string& name) {
            return log::Claim{partition, next, "application " + name};
        });
}

}  // namespace freshet::analytics::store
