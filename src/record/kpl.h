// The KPL's aggregation format: many user records in one stream record. F3 89 9A C2, a protobuf
// message (table of partition keys, table of explicit hash keys, records), MD5 of the message.
// docs/formats/kpl.md; the format is defined by awslabs/amazon-kinesis-producer,
// aggregation-format.md.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::record {

/// Views of the aggregate.
struct UserRecord {
    std::string_view partition_key;
    std::optional<std::string_view> explicit_hash_key;
    std::string_view data;
};

/// True when deaggregate() gives records.
bool is_aggregate(std::string_view data);

/// The user records of an aggregate, at least one; nothing when it is none, is damaged, or holds no
/// record: then the record stands for itself, as the KCL treats it. No record ever becomes none.
std::optional<std::vector<UserRecord>> deaggregate(std::string_view data);

/// deaggregate() of each, in their order. Checksums are taken beside one another: of many
/// aggregates that is several times as fast.
std::vector<std::optional<std::vector<UserRecord>>> deaggregate_each(
    std::span<const std::string_view> all);

/// Collects user records into one aggregate.
class Aggregator {
  public:
    void add(std::string_view partition_key, std::string_view data);
    std::size_t count() const { return count_; }
    /// Bytes that finish() would return now.
    std::size_t size() const;
    /// The partition key that the aggregate is sent under: its first record's.
    const std::string& partition_key() const { return first_key_; }
    /// The aggregate; the collection is empty again.
    std::string finish();

  private:
    std::vector<std::string> keys_;  ///< distinct; aggregates have few
    std::string first_key_, tables_, records_;
    std::size_t count_ = 0;
};

}  // namespace freshet::record
