// What the analytics service needs of its siblings, in its own words; app/ports/analytics connects
// it.
#pragma once
#include <string>
#include <vector>

#include "analytics/types.h"
#include "base/bytes.h"
#include "io/core.h"

namespace freshet::analytics {

/// A shard of a source stream.
struct Shard {
    std::string id;  ///< "shardId-000000000000"
    log::PartitionId partition;
    std::int64_t created_s = 0;
    std::uint32_t index = 0;
};

struct SourceRecord {
    std::string partition_key;
    Bytes data;
};

/// Streams to read from and to write to. Home core of the service, where nothing is said.
class Siblings {
  public:
    virtual ~Siblings() = default;
    /// The shards as they are now, in order of index. When one ends, its partition gets a last
    /// record (is_end) and the shards that continue it are here before they hold anything; no
    /// record of theirs is earlier than the low watermark of the one that ended.
    virtual Result<std::vector<Shard>> shards(const std::string& stream_arn) = 0;
    /// Whether `logged` only says that its shard has ended. Any thread.
    virtual bool is_end(const Bytes& logged) const = 0;
    /// What the log holds of a record of a shard. Any thread.
    virtual Result<SourceRecord> decode(const Bytes& logged) const = 0;
    /// Any thread.
    virtual std::string sequence_number(const Shard& shard, const log::Record& record) const = 0;
    /// The appends that put `rows` into an output's target: made durable together with what they
    /// come from.
    virtual Result<std::vector<log::Append>> place(const Output& output,
                                                   std::vector<Bytes> rows) = 0;
    /// Calls the function and gives its answer; an error when it failed in any way. Any core.
    virtual io::Task<Result<Bytes>> call(std::string function_arn, Bytes event) = 0;
    /// A line for a CloudWatch log stream. Does not wait. Any core.
    virtual void write_log(const std::string& log_stream_arn, Timestamp time, std::string line) = 0;
    /// The first bytes of an object, for DiscoverInputSchema.
    virtual io::Task<Result<Bytes>> read_object(std::string bucket_arn, std::string key,
                                                std::size_t bytes_max) = 0;
};

}  // namespace freshet::analytics
