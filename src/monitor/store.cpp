#include "monitor/store.h"

#include <fmt/format.h>

#include <algorithm>

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

std::int64_t bytes_of(const std::vector<Line>& lines) {
    std::int64_t bytes = 0;
    for (const Line& line : lines)
        bytes += static_cast<std::int64_t>(line.text.size()) + 26;  // AWS counts 26 for each event
    return bytes;
}

bool has_terms(const std::string& text, const std::vector<std::string>& terms) {
    return std::ranges::all_of(terms, [&](const std::string& term) {
        const bool unwanted = term.starts_with('-');
        return (text.find(term.substr(unwanted ? 1 : 0)) != std::string::npos) != unwanted;
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

}  // namespace

Result<> write(meta::Txn& txn, const GroupKey& group, const std::string& stream,
               const std::vector<Line>& lines, Timestamp now) {
    auto done = txn.execute(
        "INSERT INTO monitor_streams (account, region, grp, name, created_ms) VALUES (?1, ?2, ?3, "
        "?4, ?5) ON CONFLICT DO NOTHING",
        {group.account, group.region, group.name, stream, to_epoch_ms(now)});
    std::int64_t id = 0;
    if (done) {
        auto found = txn.query(
            "SELECT id FROM monitor_streams WHERE account = ?1 AND region = ?2 AND grp = ?3 AND "
            "name = ?4",
            {group.account, group.region, group.name, stream}, [&](const meta::Row& row) {
                id = row.integer(0);
                return false;
            });
        if (!found) return found;
        done = txn.execute(
            "UPDATE monitor_streams SET first_ms = coalesce(first_ms, ?2), last_ms = ?3, "
            "ingested_ms = ?4, bytes = bytes + ?5 WHERE id = ?1",
            {id, to_epoch_ms(lines.front().time), to_epoch_ms(lines.back().time), to_epoch_ms(now),
             bytes_of(lines)});
    }
    for (std::size_t i = 0; i < lines.size() && done; ++i)
        done = txn.execute(
            "INSERT INTO monitor_events (stream, time_ms, ingested_ms, text) VALUES (?1, ?2, ?3, "
            "?4)",
            {id, to_epoch_ms(lines[i].time), to_epoch_ms(now), lines[i].text});
    if (done)
        done = txn.execute("DELETE FROM monitor_events WHERE id <= ?1",
                           {txn.last_row_id() - events_max});
    if (!done) return pass(done);
    return {};
}

Result<std::vector<Group>> groups(const meta::Connection& connection, const std::string& account,
                                  const std::string& region, const std::string& prefix) {
    std::vector<Group> all;
    auto read = connection.query(
        "SELECT grp, min(created_ms), sum(bytes) FROM monitor_streams WHERE account = ?1 AND "
        "region = ?2 GROUP BY grp ORDER BY grp",
        {account, region}, [&](const meta::Row& row) {
            if (row.text(0).starts_with(prefix))
                all.push_back({row.text(0), from_epoch_ms(row.integer(1)), row.integer(2)});
            return true;
        });
    if (!read) return pass(read);
    return all;
}

Result<std::vector<Stream>> streams(const meta::Connection& connection, const GroupKey& group,
                                    const std::string& prefix) {
    std::vector<Stream> all;
    bool any = false;
    auto read = connection.query(
        "SELECT name, created_ms, first_ms, last_ms, ingested_ms FROM monitor_streams WHERE "
        "account = ?1 AND region = ?2 AND grp = ?3 ORDER BY name",
        {group.account, group.region, group.name}, [&](const meta::Row& row) {
            any = true;
            if (!row.text(0).starts_with(prefix)) return true;
            Stream& one = all.emplace_back();
            one.name = row.text(0);
            one.created = from_epoch_ms(row.integer(1));
            if (!row.is_null(2)) one.first = from_epoch_ms(row.integer(2));
            if (!row.is_null(3)) one.last = from_epoch_ms(row.integer(3));
            if (!row.is_null(4)) one.ingested = from_epoch_ms(row.integer(4));
            return true;
        });
    if (!read) return pass(read);
    if (!any) return fail(Errc::not_found, "The specified log group does not exist.");
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
        request.newest ? "DESC" : "ASC");
    auto read = connection.query(sql,
                                 {group.account, group.region, group.name, request.after,
                                  request.before > 0 ? request.before : INT64_MAX},
                                 [&](const meta::Row& row) {
                                     Event event{row.integer(0), row.text(1), row.text(2),
                                                 from_epoch_ms(row.integer(3)),
                                                 from_epoch_ms(row.integer(4))};
                                     if (is_wanted(request, event)) all.push_back(std::move(event));
                                     return all.size() < request.limit;
                                 });
    if (!read) return pass(read);
    if (request.newest) std::ranges::reverse(all);
    return all;
}

}  // namespace store
}  // namespace freshet::monitor
