// The words of the stream service.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/resource.h"
#include "base/time.h"
#include "log/log.h"

namespace freshet::stream {

/// A position on the ring of partition-key hashes: MD5 as a big-endian number.
using HashKey = unsigned __int128;
inline constexpr HashKey hash_key_max = ~HashKey{0};

/// Who owns a name: the same name may exist in several accounts and regions.
struct Stream;
using StreamKey = ResourceName<Stream>;

/// A part of the ring and the records that were put there. Open until a split or a merge closes it;
/// gone when retention has passed over its end.
struct Shard {
    std::uint32_t index = 0;  ///< "shardId-" and twelve digits of it
    HashKey first_hash = 0, last_hash = 0;
    log::PartitionId partition{};  ///< 0: it was closed as it was made, and holds nothing
    Timestamp created;             ///< part of its sequence numbers: later than its parents'
    Timestamp opened;              ///< when puts began to go to it
    std::optional<std::uint32_t> parent = std::nullopt, adjacent_parent = std::nullopt;
    std::optional<Timestamp> closed = std::nullopt;
    log::Ordinal end = 0;  ///< of a closed one: its records come before this

    bool is_open() const { return !closed; }
    bool has_parent(std::uint32_t other) const {
        return parent == other || adjacent_parent == other;
    }
};

using Tags = std::map<std::string, std::string>;

/// A name that may subscribe to the shards of a stream. `created` is part of its ARN.
struct Consumer {
    std::int64_t id = 0;
    std::string name;
    Timestamp created;
    Tags tags;
    std::optional<std::string> policy = std::nullopt;
};

enum class Status { creating, active, updating, deleting };
/// "CREATING"
const char* word_of(Status status);

enum class Mode { provisioned, on_demand };

struct Stream {
    std::int64_t id = 0;
    StreamKey key;
    Timestamp created;
    Mode mode = Mode::provisioned;
    int retention_hours = 24;
    int record_kib_max = 1024;
    std::optional<int> warm_throughput_mibps;
    std::optional<Timestamp> deleted;  ///< is deleting, and gone then
    Tags tags;
    std::optional<std::string> policy;
    std::set<std::string> shard_metrics;        ///< those of enhanced monitoring, in AWS's words
    std::string key_id;                         ///< AWS's name of the key; "" when not encrypted
    std::int64_t data_key = 0;                  ///< seals what is put; 0 when not encrypted
    std::map<std::string, Consumer> consumers;  ///< by name
    std::vector<Shard> shards;                  ///< by index; expired ones are gone
    std::vector<std::size_t> open;  ///< places of the open ones in `shards`, in order of hash

    /// nullptr when there is none of that index.
    const Shard* find_shard(std::uint32_t index) const;
    Shard* find_shard(std::uint32_t index);
    /// The place in `open` of the shard that takes `hash`.
    std::size_t place_of(HashKey hash) const;
    const Shard& open_shard(std::size_t place) const { return shards[open[place]]; }
    /// Rebuilds `open` after `shards` changed.
    void index_open();
    /// The open shards take each hash exactly once: no gap, no overlap.
    bool covers_ring() const;
};

struct NewStream {
    std::optional<int> shard_count;
    Mode mode = Mode::provisioned;
    std::optional<int> record_kib_max;
    std::optional<int> warm_throughput_mibps;
    Tags tags;
};

struct PutEntry {
    std::string partition_key;
    std::optional<HashKey> explicit_hash;
    Bytes data;
};

/// How a client put: one record, or many at once. They are measured apart.
enum class PutCall { record, records };

/// Where a record went.
struct Placed {
    std::uint32_t shard = 0;
    std::string sequence_number;
    bool is_encrypted = false;
    bool is_throttled = false;  ///< it went nowhere: the shard takes no more now
};

struct StoredRecord {
    std::string sequence_number;
    Timestamp arrival;
    std::string partition_key;
    Bytes data;
    bool is_encrypted = false;
};

enum class Start { at_sequence_number, after_sequence_number, at_timestamp, trim_horizon, latest };

struct Position {
    Start start = Start::latest;
    std::string sequence_number;
    Timestamp time{};
};

struct ReadAnswer {
    std::vector<StoredRecord> records;
    /// Nothing at the end of a closed shard; then its `children` continue.
    std::optional<std::string> next_iterator;
    std::vector<Shard> children;
    Millis behind_latest{};
};

/// What went through a shard since the server started.
struct ShardFigures {
    std::uint64_t bytes_in = 0, records_in = 0;
    std::uint64_t bytes_out = 0, records_out = 0;
    std::uint64_t writes_throttled = 0, reads_throttled = 0;
    std::uint64_t reads = 0;            ///< GetRecords
    std::uint64_t iterator_age_ms = 0;  ///< of the last read
    Timestamp last_read{};
    log::Ordinal read_next = 0;  ///< what the last read did not reach begins here

    /// Adds what `other` counted; what is of its last read stays with it.
    void add_counts(const ShardFigures& other) {
        bytes_in += other.bytes_in;
        records_in += other.records_in;
        bytes_out += other.bytes_out;
        records_out += other.records_out;
        writes_throttled += other.writes_throttled;
        reads_throttled += other.reads_throttled;
        reads += other.reads;
    }
};

/// How far a consumer of enhanced fan-out got in a shard.
struct Followed {
    std::int64_t consumer = 0;
    std::uint32_t shard = 0;
    bool is_active = false;  ///< its subscription has not ended
    Timestamp started;
    log::Ordinal next = 0;
};

/// Records of a shard from `first` on, before `end`.
struct Unread {
    log::Ordinal first = 0, end = 0;
    std::uint64_t size() const { return end - first; }
};

/// What a reader has not read yet.
struct Lag {
    std::uint64_t records = 0;
    std::optional<Millis> age;  ///< of the oldest of them; nothing when there are none
};

/// Records as someone looked at them, and where to continue.
struct Look {
    std::vector<StoredRecord> records;
    std::string next;  ///< a sequence number, for AFTER_SEQUENCE_NUMBER
    Millis behind{};
    bool is_end = false;  ///< of a closed shard: no more records follow
    std::vector<std::uint32_t> children;
};

/// An account's promise of a minimum throughput: a day at least.
struct Commitment {
    enum class Status { disabled, enabled, ending };
    std::optional<Timestamp> started, ends;
    Status status(Timestamp now) const;
};

}  // namespace freshet::stream
