#include "query/store.h"

#include <charconv>

namespace freshet::query::store {
namespace {

constexpr std::string_view fields =
    "id, account, region, sql, database_name, catalog, work_group, kind, substatement, "
    "output_location, parameters, state, "
    "problem, category, type, retryable, queue_ms, planning_ms, engine_ms, service_ms, total_ms, "
    "scanned_bytes, submitted_ms, "
    "completed_ms, columns, update_count, token, fingerprint";

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
              std::string(c.case_sensitive ? "1" : "0")})
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

std::vector<meta::Value> values_of(const Stored& s) {
    const Execution& e = s.execution;
    std::string parameters;
    for (const auto& parameter : e.parameters) parameters += parameter + record;
    const auto problem = e.problem.value_or(Problem{"", 0, 0, false});
    const Statistics& t = e.statistics;
    return {*e.id,
            e.home.account,
            e.home.region,
            e.sql,
            e.database,
            e.catalog,
            e.work_group,
            std::int64_t(e.kind),
            e.substatement,
            e.output_location,
            parameters,
            std::int64_t(e.state),
            problem.message,
            std::int64_t(problem.category),
            std::int64_t(problem.type),
            std::int64_t(problem.retryable),
            t.queue_ms,
            t.planning_ms,
            t.engine_ms,
            t.service_ms,
            t.total_ms,
            t.scanned_bytes,
            to_epoch_ms(e.submitted),
            e.completed ? meta::Value(to_epoch_ms(*e.completed)) : meta::Value(),
            columns_text(s.columns),
            s.update_count,
            s.token.empty() ? meta::Value() : meta::Value(s.token),
            s.fingerprint};
}

Stored stored_of(const meta::Row& row) {
    Stored s;
    Execution& e = s.execution;
    e.id = ExecutionId(row.text(0));
    e.home = {row.text(1), row.text(2)};
    e.sql = row.text(3);
    e.database = row.text(4);
    e.catalog = row.text(5);
    e.work_group = row.text(6);
    e.kind = static_cast<StatementKind>(row.integer(7));
    e.substatement = row.text(8);
    e.output_location = row.text(9);
    e.parameters = split(row.text(10), record);
    e.state = static_cast<State>(row.integer(11));
    if (row.integer(13) != 0)
        e.problem = Problem{row.text(12), static_cast<int>(row.integer(13)),
                            static_cast<int>(row.integer(14)), row.integer(15) != 0};
    e.statistics = {row.integer(16), row.integer(17), row.integer(18),
                    row.integer(19), row.integer(20), row.integer(21)};
    e.submitted = from_epoch_ms(row.integer(22));
    if (!row.is_null(23)) e.completed = from_epoch_ms(row.integer(23));
    s.columns = columns_of(row.text(24));
    s.update_count = row.integer(25);
    s.token = row.is_null(26) ? "" : row.text(26);
    s.fingerprint = row.text(27);
    return s;
}

Result<std::optional<Stored>> find_by(const meta::Connection& connection, const Home& home,
                                      std::string_view column, const std::string& value) {
    std::optional<Stored> found;
    const std::string sql = "SELECT " + std::string(fields) +
                            " FROM query_execution WHERE account = ?1 AND region = ?2 AND " +
                            std::string(column) + " = ?3";
    auto read =
        connection.query(sql, {home.account, home.region, value}, [&](const meta::Row& row) {
            found = stored_of(row);
            return false;
        });
    if (!read) return pass(read);
    return found;
}

}  // namespace

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
    std::string marks;
    for (int i = 1; i <= 28; ++i) marks += (i > 1 ? ",?" : "?") + std::to_string(i);
    auto done = txn.execute(
        "INSERT INTO query_execution (" + std::string(fields) + ") VALUES (" + marks + ")",
        values_of(stored));
    if (!done) return pass(done);
    return {};
}

Result<> update(meta::Txn& txn, const Stored& stored) {
    std::string sets;
    int number = 0;
    std::string names(fields);
    for (std::size_t at = 0; at < names.size();) {
        const auto end = std::min(names.find(", ", at), names.size());
        sets += (number > 0 ? ", " : "") + names.substr(at, end - at) + " = ?" +
                std::to_string(number + 1);
        ++number;
        at = end + 2;
    }
    auto done = txn.execute(
        "UPDATE query_execution SET " + sets + " WHERE account = ?2 AND region = ?3 AND id = ?1",
        values_of(stored));
    if (!done) return pass(done);
    return {};
}

Result<std::optional<Stored>> find(const meta::Connection& connection, const Home& home,
                                   const std::string& id) {
    return find_by(connection, home, "id", id);
}
Result<std::optional<Stored>> find_token(const meta::Connection& connection, const Home& home,
                                         const std::string& token) {
    return find_by(connection, home, "token", token);
}

Result<std::vector<std::pair<std::int64_t, std::string>>> list(const meta::Connection& connection,
                                                               const Home& home,
                                                               const std::string& work_group,
                                                               std::int64_t before, int count) {
    std::vector<std::pair<std::int64_t, std::string>> found;
    auto read = connection.query(
        "SELECT number, id FROM query_execution WHERE account = ?1 AND region = ?2 AND work_group "
        "= ?3 AND (?4 = 0 OR number < ?4) ORDER BY number DESC LIMIT ?5",
        {home.account, home.region, work_group, before, std::int64_t(count)},
        [&](const meta::Row& row) {
            found.emplace_back(row.integer(0), row.text(1));
            return true;
        });
    if (!read) return pass(read);
    return found;
}

Result<> fail_unfinished(meta::Txn& txn, std::int64_t now_ms) {
    auto done = txn.execute(
        "UPDATE query_execution SET state = ?1, problem = 'GENERIC_INTERNAL_ERROR: the server was "
        "restarted while the query ran', category = 1, type = 0, "
        "retryable = 1, completed_ms = ?2 WHERE state < ?3",
        {std::int64_t(State::failed), now_ms, std::int64_t(State::succeeded)});
    if (!done) return pass(done);
    return {};
}

Result<> forget_before(meta::Txn& txn, std::int64_t ms) {
    auto done = txn.execute("DELETE FROM query_execution WHERE completed_ms < ?1", {ms});
    if (!done) return pass(done);
    return {};
}

}  // namespace freshet::query::store
