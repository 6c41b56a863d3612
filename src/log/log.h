// The sharded durable log. Partitions (a shard of a stream, a delivery stream's inbox, an
// application's commits) share one journal: one write and one fdatasync make a whole group of
// appends durable. A flusher then moves what is durable into segments of each partition, from
// which old data is read, found by time, and dropped by unlink. docs/formats/log.md describes the
// files.
//
// Thread safe. An append's task completes after its bytes are on disk, never before; readers see
// durable records only. A failed fdatasync ends the process.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "base/strong.h"
#include "base/time.h"
#include "io/core.h"
#include "io/disk.h"
#include "meta/database.h"

namespace freshet::log {

struct PartitionTag;
using PartitionId = Strong<std::uint64_t, PartitionTag>;

/// The number of a record within its partition, from 0, without gaps.
using Ordinal = std::uint64_t;

enum class Errc {
    unknown_partition,  ///< never made, or dropped
    too_large,          ///< a batch over Limits::append_bytes_max
    overloaded          ///< too much waits to be written; try again
};

struct Limits {
    std::size_t append_bytes_max = 32 * 1024 * 1024;    ///< of one append
    std::size_t waiting_bytes_max = 256 * 1024 * 1024;  ///< of all appends not yet durable
    // a frame is cut after so much (a record is never cut)
    std::size_t frame_bytes_max = 1024 * 1024;
    // then a new one begins and the old one is flushed
    std::uint64_t journal_segment_bytes = 64 * 1024 * 1024;
    std::uint64_t segment_bytes = 128 * 1024 * 1024;  ///< of a partition
    // so that retention can unlink in time
    Millis segment_age_max = 6h;
    // at the most, records that expired in the journal are moved on to be trimmed
    Millis trim_roll_every = 1h;
    // recent records kept in memory when nothing came for idle_after
    std::size_t cache_idle_bytes_max = 8 * 1024 * 1024;
    // real time without an append: then the journal is flushed
    Millis idle_after = 5s;
    std::uint64_t idle_journal_bytes = 1024 * 1024;  ///< less than that stays in it
    // of partitions that no meta.db names: time to put the right one back
    Millis unnamed_age = 7 * 24h;
    // recent records kept in memory, besides those not yet flushed
    std::size_t cache_bytes_max = 64 * 1024 * 1024;
};

/// Makes an append happen at most once over any number of retries and restarts: a token's sequence
/// must be larger than the last one of the same producer in that partition, or the append is
/// answered as done before.
struct Token {
    std::uint64_t producer = 0;  ///< 0: none
    std::uint64_t sequence = 0;
};

struct Append {
    PartitionId partition;
    std::vector<Bytes> records;
    Token token = {};
};

struct Appended {
    Ordinal first = 0;          ///< of the batch; its records follow one another
    Timestamp time;             ///< arrival: at append, never before the partition's previous one
    bool is_duplicate = false;  ///< the token was seen before: nothing was appended
};

struct Record {
    Ordinal ordinal = 0;
    Timestamp time;
    Bytes data;
};

/// What a reader may know of a partition at this moment.
struct Tail {
    Ordinal first = 0;  ///< the oldest record kept
    Ordinal next = 0;   ///< after the last durable record
    Timestamp last_time;
    /// No record that becomes visible later has an earlier time.
    Timestamp low_watermark;
    std::uint64_t bytes = 0;  ///< appended since the server started
};

/// What is known of a log's directory before it is opened.
struct Known {
    bool has_run = false;         ///< it was opened before, and has a journal
    bool index_is_older = false;  ///< the database is a copy from before the log's last run
};

/// What the database says was taken from a partition, or ends there.
struct Claim {
    PartitionId partition;
    Ordinal next = 0;   ///< records before it were there
    std::string owner;  ///< "delivery stream 3"
};

/// open(), check() once before the first append, then everything else in any order. No task of
/// append() may be under way when it is destroyed; destruction waits for the committer and the
/// flusher. `disk`, `clock` and `database` must outlive it. append() is called on a core, where its
/// task completes; the other calls are of any thread.
class Log {
  public:
    /// Recovers what `directory` holds. Partitions are those of the database (log_partitions); what
    /// lies there beside them is kept (unnamed.h). Errc::corrupt names what is missing or damaged.
    static Result<std::unique_ptr<Log>> open(io::Disk& disk, std::string directory,
                                             io::Clock& clock, meta::Database& database,
                                             const Limits& limits, Known known = {});
    /// Before anything is appended: each claim is of records that the log has or had. Errc::corrupt
    /// names one that is not, since their numbers would be given again. A partition that went with
    /// its records, when the database is older than that, continues after the claim.
    Result<> check(const std::vector<Claim>& claims);
    ~Log();

    /// Makes a partition within `txn`; add() it once the transaction is durable.
    static Result<PartitionId> create_in(meta::Txn& txn, std::string_view owner);
    static Result<> drop_in(meta::Txn& txn, PartitionId id);
    void add(PartitionId id);
    /// Forgets the partition and removes its files.
    void drop(PartitionId id);
    /// What is appended from now on arrives at `time` or later: the partition that it continues
    /// promised that.
    void hold_time(PartitionId id, Timestamp time);

    /// All of `batches` become durable together, or none does. Errc::no_space when the disk is
    /// full: nothing was kept, and a later try may succeed.
    io::Task<Result<std::vector<Appended>>> append(std::vector<Append> batches);

    Result<Tail> tail(PartitionId id) const;

    /// Up to `records_max` records and about `bytes_max` bytes (one at least) from `from` on; fewer
    /// when there are no more. Blocks when they are not in memory (is_cached());
    /// a core reads through log/follow/follower.h.
    Result<std::vector<Record>> read(PartitionId id, Ordinal from, std::size_t records_max,
                                     std::size_t bytes_max) const;
    bool is_cached(PartitionId id, Ordinal from) const;
    /// The first record that arrived at or after `time`; the tail's `next` when there is none. May
    /// block.
    Result<Ordinal> find_time(PartitionId id, Timestamp time) const;

    /// Records before `before` are no longer read; segments that hold nothing else are unlinked.
    Result<> trim(PartitionId id, Ordinal before);

    /// Called after each commit with new durable records of the partition, on the commit thread:
    /// post and return.
    using Listener = std::function<void()>;
    std::uint64_t listen(PartitionId id, Listener listener);
    void unlisten(PartitionId id, std::uint64_t listener);

    /// Moves everything durable into segments now; for shutdown and tests.
    Result<> flush();

    struct State;

  private:
    explicit Log(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// log_partitions
std::vector<meta::Migration> migrations();

}  // namespace freshet::log

template <>
struct freshet::ErrorTraits<freshet::log::Errc> {
    static const ErrorDomain& domain();
};
