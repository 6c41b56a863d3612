#include "query/store.h"

#include "meta/table.h"

namespace freshet::query::store {
namespace {

constexpr char unit = '\x1f', record = '\x1e';

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (auto end = text.find(at); end != std::string::npos; end = text.find(at, begin)) {
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string columns_text(const std::vector<Column>& columns) {
    std::string text;
    for (const auto& c : columns) {
        for (const auto& part :
             {c.name, c.type, std::to_string(c.precision), std::to_string(c.scale),
              std::string(c.is_case_sensitive ? "1" : "0")})
            text += part + unit;
        text += record;
    }
    return text;
}

std::vector<Column> columns_of(const std::string& text) {
    std::vector<Column> columns;
    for (const auto& line : split(text, record)) {
        const auto parts = split(line, unit);
        if (parts.size() == 5)
            columns.push_back({parts[0], parts[1], std::atoi(parts[2].c_str()),
                               std::atoi(parts[3].c_str()), parts[4] == "1"});
    }
    return columns;
}

std::string parameters_text(const std::vector<std::string>& parameters) {
    std::string text;
    for (const auto& parameter : parameters) text += parameter + record;
    return text;
}
std::vector<std::string> parameters_of(const std::string& text) { return split(text, record); }

/// A stored execution as its row: no problem is one of category 0, no token is NULL.
struct Entry {
    Stored stored;
    Problem problem{"", 0, 0, false};
    std::optional<std::string> token = std::nullopt;
};

const auto executions = meta::table<Entry>("query_execution", [](auto& column, auto& entry) {
    auto& execution = entry.stored.execution;
    auto& statistics = execution.statistics;
    column.number("number");
    column.key("id", execution.id);
    column.key(execution.home);
    column("sql", execution.sql);
    column("database_name", execution.database);
    column("catalog", execution.catalog);
    column("work_group", execution.work_group);
    column("kind", execution.kind);
    column("substatement", execution.substatement);
    column("output_location", execution.output_location);
    column("parameters", meta::packed(execution.parameters, parameters_text, parameters_of));
    column("state", execution.state);
    column("problem", entry.problem.message);
    column("category", entry.problem.category);
    column("type", entry.problem.type);
    column("retryable", entry.problem.is_retryable);
    column("queue_ms", statistics.queue_ms);
    column("planning_ms", statistics.planning_ms);
    column("engine_ms", statistics.engine_ms);
    column("service_ms", statistics.service_ms);
    column("total_ms", statistics.total_ms);
    column("scanned_bytes", statistics.scanned_bytes);
    column("submitted_ms", execution.submitted);
    column("completed_ms", execution.completed);
    column("columns", meta::packed(entry.stored.columns, columns_text, columns_of));
    column("update_count", entry.stored.update_count);
    column("token", entry.token);
    column("fingerprint", entry.stored.fingerprint);
});

Entry entry_of(const Stored& stored) {
    Entry entry{stored};
    if (const auto& problem = stored.execution.problem) entry.problem = *problem;
    if (!stored.token.empty()) entry.token = stored.token;
    return entry;
}

Stored stored_of(Entry entry) {
    Stored stored = std::move(entry.stored);
    if (entry.problem.category != 0) stored.execution.problem = std::move(entry.problem);
    stored.token = entry.token.value_or("");
    return stored;
}

Result<std::optional<Stored>> find_where(const meta::Connection& connection, std::string_view where,
                                         const Home& home, const std::string& value) {
    FRESHET_TRY(found, executions.first_where(connection, where, meta::values(home, value)));
    if (!*found) return std::nullopt;
    return stored_of(std::move(**found));
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(executions); }

std::vector<meta::Migration> migrations() {
    return {
        {"query", 1,
         "CREATE TABLE query_execution (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT "
         "NULL, account TEXT NOT NULL, region TEXT NOT NULL, "
         "sql TEXT NOT NULL, database_name TEXT NOT NULL, catalog TEXT NOT NULL, work_group TEXT "
         "NOT NULL, kind INTEGER NOT NULL, "
         "substatement TEXT NOT NULL, output_location TEXT NOT NULL, parameters TEXT NOT NULL, "
         "state INTEGER NOT NULL, problem TEXT NOT NULL, "
         "category INTEGER NOT NULL, type INTEGER NOT NULL, retryable INTEGER NOT NULL, queue_ms "
         "INTEGER NOT NULL, planning_ms INTEGER NOT NULL, "
         "engine_ms INTEGER NOT NULL, service_ms INTEGER NOT NULL, total_ms INTEGER NOT NULL, "
         "scanned_bytes INTEGER NOT NULL, "
         "submitted_ms INTEGER NOT NULL, completed_ms INTEGER, columns TEXT NOT NULL, update_count "
         "INTEGER NOT NULL, token TEXT, fingerprint TEXT NOT NULL);"
         "CREATE UNIQUE INDEX query_execution_id ON query_execution (account, region, id);"
         "CREATE UNIQUE INDEX query_execution_token ON query_execution (account, region, token);"
         "CREATE INDEX query_execution_group ON query_execution (account, region, work_group, "
         "number);"}};
}

Result<> insert(meta::Txn& txn, const Stored& stored) {
    return executions.insert(txn, entry_of(stored));
}

Result<> update(meta::Txn& txn, const Stored& stored) {
    return executions.update(txn, entry_of(stored));
}

Result<std::optional<Stored>> find(const meta::Connection& connection, const Home& home,
                                   const std::string& id) {
    return find_where(connection, "WHERE account = ?1 AND region = ?2 AND id = ?3", home, id);
}
Result<std::optional<Stored>> find_token(const meta::Connection& connection, const Home& home,
                                         const std::string& token) {
    return find_where(connection, "WHERE account = ?1 AND region = ?2 AND token = ?3", home, token);
}

Result<std::vector<std::pair<std::int64_t, std::string>>> list(const meta::Connection& connection,
                                                               const Home& home,
                                                               const std::string& work_group,
                                                               std::int64_t before, int count) {
    return meta::collect(
        connection,
        "SELECT number, id FROM query_execution WHERE account = ?1 AND region = ?2 AND work_group "
        "= ?3 AND (?4 = 0 OR number < ?4) ORDER BY number DESC LIMIT ?5",
        meta::values(home, work_group, before, count),
        [](std::int64_t number, std::string id) { return std::pair(number, std::move(id)); });
}

Result<> fail_unfinished(meta::Txn& txn, std::int64_t now_ms) {
    return txn.run(
        "UPDATE query_execution SET state = ?1, problem = 'GENERIC_INTERNAL_ERROR: the server was "
        "restarted while the query ran', category = 1, type = 0, "
        "retryable = 1, completed_ms = ?2 WHERE state < ?3",
        meta::values(State::failed, now_ms, State::succeeded));
}

Result<> forget_before(meta::Txn& txn, std::int64_t ms) {
    return txn.run("DELETE FROM query_execution WHERE completed_ms < ?1", {ms});
}

}  // namespace freshet::query::store
