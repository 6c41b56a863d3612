// The bounds of streams, with the AWS quota that each mirrors.
#pragma once
#include <cstddef>

#include "base/time.h"

namespace freshet::stream::limits {

// AWS: up to 20,000 an account on request
inline constexpr int shards_per_create_max = 10'000;
// AWS: the sequence numbers of a new stream begin 2 to 7 s before it
inline constexpr Millis first_shards_before = 3'000ms;
// of creation: sequence numbers begin with whole seconds, and a child's come after its parents'
inline constexpr Millis child_after_parent = 1'000ms;
// a new on-demand stream's, and the fewest
inline constexpr int on_demand_shards = 4;
// AWS: 1 GB/s of writes in the largest regions
inline constexpr std::size_t on_demand_shards_max = 1000;
inline constexpr Millis on_demand_check_every = 15'000ms;
// a second: half of what a shard takes
inline constexpr double on_demand_hot_bytes = 500'000;
inline constexpr double on_demand_hot_records = 500;  ///< a second
inline constexpr int on_demand_hot_checks = 2;        ///< one burst is not load
// a second; two such shards together are far from hot
inline constexpr double on_demand_cold_bytes = 100'000;
inline constexpr double on_demand_cold_records = 100;  ///< a second
// so that a daily lull does not merge what comes back
inline constexpr Millis on_demand_cold_after = 3'600'000ms;
inline constexpr int update_count_shards_max = 10'000;  ///< AWS: of one UpdateShardCount
inline constexpr int retention_hours_min = 24;          ///< AWS
inline constexpr int retention_hours_max = 8760;        ///< AWS
inline constexpr int record_kib_default = 1024;         ///< AWS
// AWS: data and keys of one request
inline constexpr std::size_t put_records_bytes_max = 10 * 1024 * 1024;
inline constexpr std::size_t get_records_bytes_max = 10 * 1024 * 1024;  ///< AWS
inline constexpr std::size_t get_records_max = 10'000;                  ///< AWS
inline constexpr Millis iterator_life = 300'000ms;                      ///< AWS
// of a stream; AWS's with on-demand advantage
inline constexpr std::size_t consumers_max = 50;
// AWS's otherwise: with `limits: aws`
inline constexpr std::size_t consumers_max_aws = 20;
inline constexpr Millis subscription_life = 300'000ms;  ///< AWS
// AWS: sooner is refused, later takes over
inline constexpr Millis subscribe_again_after = 5'000ms;
// AWS; Java's client gives up after 10 s of silence
inline constexpr Millis heartbeat_every = 5'000ms;
inline constexpr std::size_t fan_out_records_max = 1'000;      ///< of one event
inline constexpr std::size_t fan_out_bytes_max = 1024 * 1024;  ///< of one event, or one record
// kept of each shard for the next consumer
inline constexpr std::size_t fan_out_batches_max = 8;
inline constexpr Millis fan_out_share_within = 200ms;
inline constexpr int warm_throughput_mibps_max = 10'240;  ///< AWS: 10 GiB/s
inline constexpr Millis commitment_min = 24h;             ///< AWS
inline constexpr int on_demand_streams_max = 50;          ///< AWS: shown by DescribeLimits
inline constexpr std::size_t shards_per_account_max = 1'000'000;
// With the limits of AWS only:
inline constexpr double shard_write_bytes = 1024 * 1024;     ///< a second
inline constexpr double shard_write_records = 1000;          ///< a second
inline constexpr double shard_read_bytes = 2 * 1024 * 1024;  ///< a second
inline constexpr double shard_reads = 5;                     ///< GetRecords a second
inline constexpr double shard_iterators = 5;                 ///< GetShardIterator a second
// over which the following three are counted
inline constexpr Millis day = 24h;
inline constexpr std::size_t counts_a_day = 10;  ///< UpdateShardCount
inline constexpr std::size_t modes_a_day = 2;    ///< UpdateStreamMode
inline constexpr std::size_t keys_a_day = 25;    ///< StartStreamEncryption
inline constexpr std::size_t consumers_creating_max = 5;
inline constexpr std::size_t tags_max = 50;  ///< AWS
inline constexpr Millis retention_check_every = 60'000ms;

}  // namespace freshet::stream::limits
