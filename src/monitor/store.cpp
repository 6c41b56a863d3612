#include "monitor/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "meta/table.h"

namespace freshet::monitor {

std::vector<meta::Migration> migrations() {
    return {{"monitor", 1,
             "CREATE TABLE monitor_streams (id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT "
             "NULL, region TEXT NOT NULL, grp TEXT NOT NULL, name TEXT NOT NULL,"
             " created_ms INTEGER NOT NULL, first_ms INTEGER, last_ms INTEGER, ingested_ms "
             "INTEGER, bytes INTEGER NOT NULL DEFAULT 0, UNIQUE (account, region, grp, name));"
             "CREATE TABLE monitor_events (id INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER "
             "NOT NULL REFERENCES monitor_streams ON DELETE CASCADE, time_ms INTEGER NOT NULL,"
             " ingested_ms INTEGER NOT NULL, text TEXT NOT NULL);"
             "CREATE INDEX monitor_events_of_stream ON monitor_events (stream, id)"}};
}

namespace store {
namespace {

/// A stream of a group; a group is there when it has one.
struct StoredStream {
    std::int64_t id = 0;
    GroupKey group;
    Stream stream;
    std::int64_t bytes = 0;
};
struct StoredLine {
    std::int64_t id = 0, stream = 0;
    Line line;
    Timestamp ingested;
};

const auto stored_streams =
    meta::table<StoredStream>("monitor_streams", [](auto& column, auto& one) {
        column.id("id", one.id);
        column.key(one.group, "grp");
        column.key("name", one.stream.name);
        column("created_ms", one.stream.created);
        column("first_ms", one.stream.first);
        column("last_ms", one.stream.last);
        column("ingested_ms", one.stream.ingested);
        column("bytes", one.bytes);
    });
const auto stored_lines = meta::table<StoredLine>("monitor_events", [](auto& column, auto& one) {
    column.id("id", one.id);
    column("stream", one.stream);
    column("time_ms", one.line.time);
    column("ingested_ms", one.ingested);
    column("text", one.line.text);
});

std::int64_t bytes_of(const std::vector<Line>& lines) {
    std::int64_t bytes = 0;
    for (const Line& line : lines)
        bytes += static_cast<std::int64_t>(line.text.size()) + 26;  // AWS counts 26 for each event
    return bytes;
}

bool has_terms(const std::string& text, const std::vector<std::string>& terms) {
    return std::ranges::all_of(terms, [&](const std::string& term) {
        const bool is_unwanted = term.starts_with('-');
        return (text.find(term.substr(is_unwanted ? 1 : 0)) != std::string::npos) != is_unwanted;
    });
}

bool is_wanted(const EventRequest& request, const Event& event) {
    if (!request.streams.empty() &&
        std::ranges::find(request.streams, event.stream) == request.streams.end())
        return false;
    if (!event.stream.starts_with(request.stream_prefix)) return false;
    if ((request.from && event.time < *request.from) || (request.to && event.time >= *request.to))
        return false;
    return has_terms(event.text, request.terms);
}

/// The id of the group's stream, which is entered when it is not there.
Result<std::int64_t> enter_stream(meta::Txn& txn, const GroupKey& group, const std::string& stream,
                                  Timestamp now) {
    StoredStream entered{0, group, {stream, now, {}, {}, {}}};
    auto done = txn.run(stored_streams.sql().insert + " ON CONFLICT DO NOTHING",
                        stored_streams.inserted(entered));
    if (!done) return pass(done);
    FRESHET_TRY(id, meta::first<std::int64_t>(
                        txn,
                        "SELECT id FROM monitor_streams WHERE account = ?1 AND region = ?2 AND grp "
                        "= ?3 AND name = ?4",
                        meta::values(group, stream)));
    FRESHET_CHECK(id->has_value());
    return **id;
}

}  // namespace

std::vector<meta::Shape> shapes() { return meta::shapes_of(stored_streams, stored_lines); }

Result<> write(meta::Txn& txn, const GroupKey& group, const std::string& stream,
               const std::vector<Line>& lines, Timestamp now) {
    FRESHET_TRY(id, enter_stream(txn, group, stream, now));
    auto done = txn.run(
        "UPDATE monitor_streams SET first_ms = coalesce(first_ms, ?2), last_ms = ?3, ingested_ms = "
        "?4, bytes = bytes + ?5 WHERE id = ?1",
        meta::values(*id, lines.front().time, lines.back().time, now, bytes_of(lines)));
    for (const Line& line : lines) {
        if (done) done = stored_lines.insert(txn, StoredLine{0, *id, line, now});
    }
    if (!done) return done;
    return txn.run("DELETE FROM monitor_events WHERE id <= ?1", {txn.last_row_id() - events_max});
}

Result<std::vector<Group>> groups(const meta::Connection& connection, const Home& home,
                                  const std::string& prefix) {
    std::vector<Group> all;
    auto read = meta::each(
        connection,
        "SELECT grp, min(created_ms), sum(bytes) FROM monitor_streams WHERE account = ?1 AND "
        "region = ?2 GROUP BY grp ORDER BY grp",
        meta::values(home), [&](std::string name, Timestamp created, std::int64_t bytes) {
            if (name.starts_with(prefix)) all.push_back({std::move(name), created, bytes});
        });
    if (!read) return pass(read);
    return all;
}

Result<std::vector<Stream>> streams(const meta::Connection& connection, const GroupKey& group,
                                    const std::string& prefix) {
    FRESHET_TRY(
        found, stored_streams.where(connection,
                                    "WHERE account = ?1 AND region = ?2 AND grp = ?3 ORDER BY name",
                                    meta::values(group)));
    if (found->empty()) return fail(Errc::not_found, "The specified log group does not exist.");
    std::vector<Stream> all;
    for (StoredStream& one : *found)
        if (one.stream.name.starts_with(prefix)) all.push_back(std::move(one.stream));
    return all;
}

Result<std::vector<Event>> events(const meta::Connection& connection, const GroupKey& group,
                                  const EventRequest& request) {
    std::vector<Event> all;
    const std::string sql = fmt::format(
        "SELECT e.id, s.name, e.text, e.time_ms, e.ingested_ms FROM monitor_events e JOIN "
        "monitor_streams s ON s.id = e.stream"
        " WHERE s.account = ?1 AND s.region = ?2 AND s.grp = ?3 AND e.id > ?4 AND e.id < ?5 ORDER "
        "BY e.id {}",
        request.wants_newest ? "DESC" : "ASC");
    auto read = meta::each(
        connection, sql,
        meta::values(group, request.after, request.before > 0 ? request.before : INT64_MAX),
        [&](std::int64_t id, std::string stream, std::string text, Timestamp time,
            Timestamp ingested) {
            Event event{id, std::move(stream), std::move(text), time, ingested};
            if (is_wanted(request, event)) all.push_back(std::move(event));
            return all.size() < request.limit;
        });
    if (!read) return pass(read);
    if (request.wants_newest) std::ranges::reverse(all);
    return all;
}

}  // namespace store
}  // namespace freshet::monitor
