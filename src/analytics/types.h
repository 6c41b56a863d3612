// The words of the analytics service (Kinesis Data Analytics for SQL).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"
#include "log/log.h"
#include "record/decode.h"

namespace freshet::analytics {

struct Application;
using ApplicationKey = ResourceName<Application>;

std::string arn_of(const ApplicationKey& key);

/// A function that each record goes through before the SQL sees it.
struct Processor {
    std::string function_arn, role_arn;
};

struct Input {
    std::string id;  ///< "1.1"
    std::string name_prefix, stream_arn, role_arn;
    std::optional<Processor> processor;
    int parallelism = 1;  ///< in-application streams; shards are dealt out to them
    record::Schema schema;
    std::string encoding;           ///< as given; records are read as UTF-8
    std::string starting_position;  ///< of the last start: NOW, TRIM_HORIZON, LAST_STOPPED_POINT

    /// "SOURCE_SQL_STREAM_001"
    std::string stream_name(int index) const;
};

enum class Target { stream, delivery_stream };

struct Output {
    std::string id;
    std::string name;  ///< of the in-application stream
    Target target = Target::stream;
    std::string arn, role_arn;
    record::RowFormat format = record::RowFormat::json;
};

struct LoggingOption {
    std::string id, log_stream_arn, role_arn;
};

enum class Status { ready, running };

struct Application {
    std::int64_t id = 0;
    ApplicationKey key;
    std::string description, code;
    Timestamp created, updated;
    int version = 1;
    Status status = Status::ready;
    std::vector<Input> inputs;
    std::vector<Output> outputs;
    std::vector<LoggingOption> loggings;
    std::map<std::string, std::string> tags;
    log::PartitionId commits;  ///< docs/formats/analytics.md
    int next_id = 1;           ///< of inputs, outputs and loggings
    Timestamp started;         ///< the last time
};

/// Where a run is: the state of its SQL and the records it has taken.
struct Snapshot {
    std::map<std::uint64_t, log::Ordinal> positions;  ///< by partition: the next record
    /// The state of the engine: a file (analytics/run/snapshot_files.h), or the state itself as an
    /// earlier Freshet kept it; both empty: it begins empty.
    std::string file, state;
    log::Ordinal commit = 0;  ///< commits before this one are in it
};

/// Rows that a stream of the application gave out together.
struct Window {
    std::string stream;
    Timestamp at;  ///< ROWTIME of its first row
    std::vector<record::Column> columns;
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::size_t bytes = 0;  ///< of the rows
};

/// What went through an input or an output since the application runs.
struct Flow {
    std::uint64_t records = 0, bytes = 0;
};

/// What a running application is doing, for people.
struct Figures {
    std::uint64_t rows_in = 0;            ///< since its state began
    std::uint64_t rows_out = 0;           ///< since the server started
    std::uint64_t errors = 0;             ///< rows of error_stream, since the server started
    Flow input;                           ///< records of the source
    std::map<std::string, Flow> outputs;  ///< rows, by the output's id
    std::uint64_t processed_ok = 0, processing_failed = 0;  ///< records, as the function said
    std::uint64_t dropped = 0;                              ///< records that the function dropped
    std::optional<Millis> behind;  ///< the age of the oldest record not yet taken
    std::string trouble;           ///< what it waits for
    std::string advice;            ///< what is wrong with the records it takes, and what helps
    std::vector<Window> windows;   ///< the last ones
};

}  // namespace freshet::analytics
