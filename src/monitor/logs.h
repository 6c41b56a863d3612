// The log store (CloudWatch Logs): groups, streams, events. One home core.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"
#include "io/core.h"
#include "meta/database.h"

namespace freshet::monitor {

inline constexpr std::int64_t events_max = 1'000'000;   ///< of all groups; the oldest go
inline constexpr std::size_t page_events_max = 10'000;  ///< AWS: of one answer
inline constexpr std::size_t waiting_lines_max = 100'000;
inline constexpr std::size_t waiting_bytes_max = 32 << 20;

enum class Errc {
    not_found  ///< no such group or stream
};

struct Group;
using GroupKey = ResourceName<Group>;

struct Line {
    Timestamp time;
    std::string text;
};

struct Group {
    std::string name;
    Timestamp created;
    std::int64_t bytes = 0;
};

struct Stream {
    std::string name;
    Timestamp created;
    std::optional<Timestamp> first, last, ingested;
};

struct Event {
    std::int64_t id = 0;  ///< rises with arrival
    std::string stream, text;
    Timestamp time, ingested;
};

/// Which events: all bounds are optional. Times: from <= time < to.
struct EventRequest {
    std::vector<std::string> streams;
    std::string stream_prefix;
    std::optional<Timestamp> from, to;
    /// What an event's text must hold, each; a leading '-' says it must not.
    std::vector<std::string> terms;
    std::int64_t after = 0;     ///< ids after this one
    std::int64_t before = 0;    ///< ids in front of this one; 0: no bound
    bool wants_newest = false;  ///< of more than `limit`, the last ones
    std::size_t limit = page_events_max;
};

/// Nothing to load. append() is the port of the server itself: lines are written some time later,
/// and nothing waits for them. stop() completes when all lines that were taken are durable: only
/// then may the database go. Reads see what is committed.
class Logs {
  public:
    Logs(io::Core& home, meta::Database& database)
        : home_(home), database_(database), scope_(home) {}
    io::Core& home() { return home_; }
    /// Home core; does not wait. Beyond waiting_lines_max or waiting_bytes_max lines are dropped,
    /// and a line says so.
    void append(GroupKey group, std::string stream, std::vector<Line> lines);
    io::Task<void> stop() { co_await scope_.join(); }

    io::Task<Result<std::vector<Group>>> groups(Home home, std::string prefix);
    io::Task<Result<std::vector<Stream>>> streams(GroupKey group, std::string prefix);
    /// In order of time of arrival.
    io::Task<Result<std::vector<Event>>> events(GroupKey group, EventRequest request);

  private:
    io::Task<void> write(GroupKey group, std::string stream, std::vector<Line> lines);
    io::Core& home_;
    meta::Database& database_;
    std::size_t waiting_ = 0, waiting_bytes_ = 0;
    io::Scope scope_;
};

std::vector<meta::Migration> migrations();

}  // namespace freshet::monitor

template <>
struct freshet::ErrorTraits<freshet::monitor::Errc> {
    static const ErrorDomain& domain();
};
