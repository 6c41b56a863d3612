// The words of the stream service.
#pragma once
#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "log/log.h"

namespace freshet::stream {

/// A position on the ring of partition-key hashes: MD5 as a big-endian number.
using HashKey = unsigned __int128;
inline constexpr HashKey hash_key_max = ~HashKey{0};

/// Who owns a name: the same name may stand in several accounts and regions.
struct StreamKey {
    std::string account, region, name;
    auto operator<=>(const StreamKey&) const = default;
};

struct Shard {
    std::uint32_t index = 0;  ///< "shardId-" and twelve digits of it
    HashKey first_hash = 0, last_hash = 0;
    log::PartitionId partition;
    Timestamp created;
};

enum class Mode { provisioned, on_demand };

struct Stream {
    std::int64_t id = 0;
    StreamKey key;
    Timestamp created;
    Mode mode = Mode::provisioned;
    int retention_hours = 24;
    int record_kib_max = 1024;
    std::optional<int> warm_throughput_mibps;
    std::map<std::string, std::string> tags;
    std::vector<Shard> shards;  ///< by index
};

struct NewStream {
    std::optional<int> shard_count;
    Mode mode = Mode::provisioned;
    std::optional<int> record_kib_max;
    std::optional<int> warm_throughput_mibps;
    std::map<std::string, std::string> tags;
};

struct PutEntry {
    std::string partition_key;
    std::optional<HashKey> explicit_hash;
    Bytes data;
};

/// Where a record went.
struct Placed {
    std::uint32_t shard = 0;
    std::string sequence_number;
};

struct StoredRecord {
    std::string sequence_number;
    Timestamp arrival;
    std::string partition_key;
    Bytes data;
};

enum class Start { at_sequence_number, after_sequence_number, at_timestamp, trim_horizon, latest };

struct ReadAnswer {
    std::vector<StoredRecord> records;
    std::string next_iterator;
    Millis behind_latest{};
};

}  // namespace freshet::stream
