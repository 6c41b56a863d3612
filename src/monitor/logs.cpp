#include "monitor/logs.h"

#include <fmt/format.h>

#include "base/log.h"
#include "monitor/store.h"

namespace freshet::monitor {

namespace {

std::size_t bytes_of(const std::vector<Line>& lines) {
    std::size_t bytes = 0;
    for (const Line& line : lines) bytes += line.text.size();
    return bytes;
}

}  // namespace

void Logs::append(GroupKey group, std::string stream, std::vector<Line> lines) {
    if (lines.empty()) return;
    if (waiting_ + lines.size() > waiting_lines_max ||
        waiting_bytes_ + bytes_of(lines) > waiting_bytes_max) {
        const Timestamp time = lines.front().time;
        const std::size_t count = lines.size();
        lines.clear();
        lines.push_back(
            {time, fmt::format("{} lines were dropped: too many wait to be written", count)});
    }
    waiting_ += lines.size();
    waiting_bytes_ += bytes_of(lines);
    scope_.spawn(write(std::move(group), std::move(stream), std::move(lines)));
}

io::Task<void> Logs::write(GroupKey group, std::string stream, std::vector<Line> lines) {
    const Timestamp now = home_.now();
    auto written = co_await database_.write(
        [&](meta::Txn& txn) { return store::write(txn, group, stream, lines, now); });
    waiting_ -= lines.size();
    waiting_bytes_ -= bytes_of(lines);
    if (!written)
        log_error("monitor", "lines were not kept",
                  {{"group", group.name}, {"reason", written.error().message()}});
}

io::Task<Result<std::vector<Group>>> Logs::groups(Home home, std::string prefix) {
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return store::groups(connection, home, prefix);
    });
    co_return found;
}

io::Task<Result<std::vector<Stream>>> Logs::streams(GroupKey group, std::string prefix) {
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return store::streams(connection, group, prefix);
    });
    co_return found;
}

io::Task<Result<std::vector<Event>>> Logs::events(GroupKey group, EventRequest request) {
    auto found = co_await database_.read([&](const meta::Connection& connection) {
        return store::events(connection, group, request);
    });
    co_return found;
}

}  // namespace freshet::monitor

const freshet::ErrorDomain& freshet::ErrorTraits<freshet::monitor::Errc>::domain() {
    static constexpr ErrorDomain instance{"monitor"};
    return instance;
}
