// The request bodies of the cases, made before the clock starts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

constexpr const char* json_type = "application/x-amz-json-1.1";
constexpr const char* cbor_type = "application/x-amz-cbor-1.1";

/// PutRecords of `records` records of `size` random bytes; `seed` chooses bytes and partition keys.
std::string put_records_json(const std::string& stream, std::size_t records, std::size_t size,
                             std::uint64_t seed);
std::string put_record_json(const std::string& stream, std::size_t size, std::uint64_t seed);
/// PutRecords of `records` KPL aggregates with `users` user records of `size` bytes each.
std::string put_aggregates_json(const std::string& stream, std::size_t records, std::size_t users,
                                std::size_t size, std::uint64_t seed);
/// PutRecords whose first record begins with `mark` and goes to the first shard (its hash key is
/// 0).
std::string put_marked_json(const std::string& stream, std::size_t records, std::size_t size,
                            const std::string& mark, std::uint64_t seed);
/// SubscribeToShard from the latest record on.
std::string subscribe_json(const std::string& consumer_arn, const std::string& shard);
std::string subscribe_cbor(const std::string& consumer_arn, const std::string& shard);
std::string get_records_json(const std::string& iterator);
std::string get_records_cbor(const std::string& iterator);

}  // namespace bench
