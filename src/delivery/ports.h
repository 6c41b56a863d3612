// What delivery needs of other services; app/ports/delivery connects them.
#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "delivery/stages/item.h"
#include "delivery/stages/transform.h"
#include "delivery/types.h"
#include "io/task.h"
#include "log/log.h"
#include "meta/database.h"

namespace freshet::delivery {

/// A record of a Kinesis stream's producer.
struct UserRecord {
    Bytes partition_key, data;
};

/// The user records of records of a source.
struct Unpacked {
    std::vector<Bytes> data;
    std::vector<std::size_t> counts;  ///< of each record, in their order
};

class StreamSource {
  public:
    virtual ~StreamSource() = default;
    /// The present log partitions of a stream's shards, parents before their children;
    /// Errc::not_found. A partition that ends wakes its listeners once more, and then the next ones
    /// are here. Called on the home core of delivery.
    virtual Result<std::vector<log::PartitionId>> partitions(const SourceKey& stream) = 0;
    /// Appends the user records of records of such a partition: KPL aggregates are taken apart.
    /// None for the record that ends a partition. After an error those before it are in `out`.
    virtual Result<> user_records(std::span<const log::Record> records, Unpacked& out) = 0;
    /// A failed attempt, for the log stream that the destination names. Does not wait.
    virtual void write_failure(const DeliveryStream& stream, Timestamp time,
                               const Error& error) = 0;
    /// The same with their partition keys.
    virtual Result<std::vector<UserRecord>> keyed_records(const Bytes& payload) = 0;
    /// For the event of a function; "" and "" when the shard is gone.
    virtual ShardPlace place_of(const KinesisSource& source, const RecordPlace& origin,
                                Timestamp arrival) = 0;
    virtual EventNames event_names(const DeliveryStream& stream) = 0;
    virtual void write_problem(const DeliveryStream& stream, Timestamp time,
                               const StageProblem& problem) = 0;
};

/// How a call of a function ended.
struct Called {
    Bytes payload;              ///< the answer, when
    StageProblem problem;       ///< has no code
    bool is_cancelled = false;  ///< the server stops: nothing is known of the call
};

class Functions {
  public:
    virtual ~Functions() = default;
    /// Home core of delivery, where it completes.
    virtual io::Task<Called> call(std::string function_arn, Bytes event) = 0;
};

/// MetadataExtraction: runs a jq query over records, in another process.
class KeyExtractor {
  public:
    virtual ~KeyExtractor() = default;
    /// Blocks. What is wrong with a query, as jq says it: Errc::invalid_argument.
    virtual Result<> check(const std::string& query) = 0;
    /// Blocks. For each record its keys, or why there are none. Errc::unavailable when the process
    /// cannot be started.
    virtual Result<std::vector<std::expected<PartitionKeys, std::string>>> extract(
        const std::string& query, std::span<const std::string_view> records) = 0;
};

/// The tag of a delivery stream that names a table, "database.table", whose partitions its objects
/// register.
inline constexpr const char* register_tag = "freshet:register-partitions";

class PartitionRegistry {
  public:
    virtual ~PartitionRegistry() = default;
    /// Within `txn`: the partition of `table` that the object lies in is in the catalog afterwards.
    /// Nothing is changed when there is no such table, or when the object does not lie in folders
    /// key=value below its location.
    virtual Result<> register_in(meta::Txn& txn, const DeliveryKey& stream,
                                 const std::string& table, const std::string& bucket,
                                 const std::string& key, Timestamp now) = 0;
};

}  // namespace freshet::delivery
