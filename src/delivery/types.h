// The words of the delivery service.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/resource.h"
#include "base/time.h"
#include "delivery/options.h"
#include "log/log.h"

namespace freshet::delivery {

struct DeliveryStream;
using DeliveryKey = ResourceName<DeliveryStream>;

/// Where objects go, and when.
struct Destination {
    std::string bucket, role_arn;
    std::optional<std::string> prefix, error_prefix;
    std::int64_t buffer_mib = 5;
    std::int64_t interval_s = 300;
    Compression compression = Compression::none;
    std::string file_extension;     ///< "" for the compression's own
    std::string time_zone = "UTC";  ///< of the times in keys: an IANA name
    bool appends_newline = false;   ///< the processor AppendDelimiterToRecord
    bool is_extended = true;        ///< which of the two S3 configurations the client used
    bool logs_errors = false;       ///< CloudWatchLoggingOptions: what fails, into this log stream
    std::string log_group, log_stream;
    Options options;

    /// A function or an endpoint is called with the records.
    bool has_calls() const { return options.http || options.find(ProcessorKind::lambda); }
};

struct KinesisStream;
using SourceKey = ResourceName<KinesisStream>;

struct KinesisSource {
    SourceKey stream;
    std::string role_arn;
    Timestamp started;
};

/// Encryption at rest: from its first start on. The inbox and the key stay when it is stopped: what
/// lies there is read with them.
struct AtRest {
    log::PartitionId inbox;  ///< of sealed records
    bool is_on = false;
    std::string key_arn;  ///< "" for a key that AWS owns
    std::int64_t master = 0;
    std::string wrapped;  ///< the data key, by that master key
};

struct DeliveryStream {
    std::int64_t id = 0;
    DeliveryKey key;
    Timestamp created;
    std::optional<Timestamp> updated;
    int version = 1;
    Destination destination;
    std::optional<KinesisSource> source;  ///< none: DirectPut
    log::PartitionId inbox;               ///< of DirectPut
    std::map<std::string, std::string> tags;
    std::optional<AtRest> at_rest = {};
    /// Starts and stops of its encryption in the last day, with AWS's limits.
    std::vector<Timestamp> sealing_calls = {};

    bool is_sealing() const { return at_rest && at_rest->is_on; }
};

/// How far a delivery stream is in one partition of its source.
struct Place {
    log::Ordinal delivered = 0;  ///< what comes before this is in objects
    log::Ordinal read = 0;       ///< what comes before this is in objects or waits in the buffer
};

/// How many records, and their bytes, became rows of columnar files and did not.
struct ConversionFigures {
    std::uint64_t good_records = 0, good_bytes = 0, bad_records = 0, bad_bytes = 0;
};

/// What a delivery stream is doing, for people.
struct Figures {
    std::uint64_t records = 0, objects = 0, bytes = 0;  ///< since the server started
    std::uint64_t failures = 0;                         ///< tries that were refused
    std::uint64_t in_records = 0, in_bytes = 0;         ///< put, or read from the stream
    std::uint64_t put_requests = 0;
    std::uint64_t delivered_records = 0;                     ///< in these objects
    std::uint64_t endpoint_records = 0, endpoint_bytes = 0;  ///< taken by an HTTP endpoint
    ConversionFigures converted;
    std::uint64_t waiting_bytes = 0;
    std::optional<Timestamp> oldest_waiting;
    std::string last_object, trouble;
};

}  // namespace freshet::delivery
