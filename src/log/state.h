// What the log's threads share: the committer (commit.cpp) takes what waits, writes it to the
// journal as one batch and wakes those who wait; the flusher (flush.cpp) moves complete journal
// segments into the partitions' segments. One mutex guards the bookkeeping; no disk is touched
// under it. Inside log/ only.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>

#include "io/gathering.h"
#include "log/journal.h"
#include "log/log.h"
#include "log/segments.h"

namespace freshet::log {

using io::Gathering;

struct Partition {
    Partition(io::Disk& disk, std::string directory, PartitionId id)
        : segments(disk, std::move(directory), id) {}
    Segments segments;
    std::deque<Frame> frames;  ///< recent ones, pending ones last
    Ordinal cached_first = 0;  ///< of `frames`, or `assigned` when there are none
    Ordinal flushed = 0;       ///< before it, segments have everything
    Ordinal durable = 0;       ///< before it, everything is on disk
    Ordinal assigned = 0;      ///< the next record's
    Ordinal trimmed = 0;
    Timestamp last_assigned{};  ///< of the last append or low watermark
    Timestamp last_durable{};
    std::uint64_t bytes = 0;
    std::map<std::uint64_t, Log::Listener> listeners;
    std::unordered_map<std::uint64_t, std::uint64_t> producers;
    bool is_dropped = false;

    /// The first of `frames` that begins at `ordinal` or later. There may be hundreds of thousands,
    /// and who looks holds the log's mutex.
    std::deque<Frame>::const_iterator frame_at(Ordinal ordinal) const {
        return std::ranges::partition_point(
            frames, [=](const Frame& frame) { return frame.header.first < ordinal; });
    }
};

using PartitionPtr = std::shared_ptr<Partition>;

struct Waiting {
    std::vector<std::pair<PartitionPtr, Frame>> frames;
    struct Taken {
        PartitionPtr partition;
        std::uint64_t producer = 0, sequence_before = 0;
    };
    std::vector<Taken> tokens;  ///< given back when the append is refused
    std::size_t bytes = 0;
    std::function<void(Result<>)> done;
};

struct Log::State {
    State(io::Disk& disk_, std::string directory_, io::Clock& clock_, const Limits& limits_)
        : disk(disk_),
          directory(std::move(directory_)),
          clock(clock_),
          limits(limits_),
          journal(disk_, directory + "/journal") {}

    io::Disk& disk;
    std::string directory;
    io::Clock& clock;
    Limits limits;
    Journal journal;  ///< the committer's

    mutable std::mutex mutex;
    std::condition_variable wake_committer, wake_flusher, flush_done;
    std::unordered_map<std::uint64_t, PartitionPtr> partitions;
    std::set<PartitionId> unnamed;  ///< of them, those that the index does not name; a start's
    std::deque<Waiting> waiting;
    std::size_t waiting_bytes = 0;
    Gathering gathering;
    bool is_gathering = false;  ///< the committer sleeps until a group is whole
    // flushed frames, oldest first
    std::deque<std::pair<std::weak_ptr<Partition>, std::size_t>> cached;
    std::size_t cached_bytes = 0;
    std::uint64_t flush_through = 0;  ///< journal segment to be flushed
    std::uint64_t flushed_through = 0;
    std::uint64_t rolls_refused = 0;
    std::uint64_t next_listener = 1;
    // journal segments that are in the partitions' segments, all of them
    std::uint64_t copied_through = 0;
    bool must_checkpoint = false;
    bool is_idle = false;  ///< nothing came for limits.idle_after
    Timestamp last_trim_roll{};
    bool index_is_older = false;  ///< a start's
    bool must_roll = false, is_stopping = false, is_flusher_stopping = false;
    std::thread committer, flusher;

    std::string partition_path(PartitionId id) const {
        return fmt::format("{}/partitions/{:016x}", directory, *id);
    }
    PartitionPtr make(PartitionId id) const {
        return std::make_shared<Partition>(disk, partition_path(id), id);
    }

    /// What the database says of partitions.
    struct Index {
        std::vector<PartitionId> ids;
        std::uint64_t last = 0;  ///< the highest number that it ever gave
        bool is_older = false;
    };
    Result<> recover(const Index& index, bool has_run);
    /// The checkpoint, when it fits the journal.
    Result<Checkpoint> fitting_checkpoint(bool has_run);
    Result<> recover_partition(PartitionId id, const Checkpoint& checkpoint, bool has_directory,
                               bool is_older);
    /// Keeps what the index does not name; what has had no name for long goes.
    Result<> recover_unnamed(const Index& index, const Checkpoint& checkpoint,
                             const std::set<PartitionId>& listed);
    Result<> replay(const Index& index);
    void adopt(PartitionId id, PartitionPtr partition);
    Result<> settle_doubts();
    bool is_group_whole() const {
        return is_stopping || must_roll || waiting.size() >= gathering.wanted ||
               waiting_bytes >= Gathering::bytes_enough;
    }
    void gather(std::unique_lock<std::mutex>& lock);
    /// Nothing came for a while: what is in memory goes to where it can be read again.
    void rest();
    void commit_loop();
    void commit(std::vector<Waiting>& group);
    void publish(std::vector<Waiting>& group, std::vector<Listener>& listeners);
    void fail_all(std::vector<Waiting>& group, const Error& error);
    void flush_loop();
    Result<> flush_partitions(std::uint64_t through);
    void flush(std::uint64_t through);
    Result<> save_reaches(std::uint64_t through);
    void evict();
    std::size_t cache_bytes_now() const {
        return is_idle ? limits.cache_idle_bytes_max : limits.cache_bytes_max;
    }
    void roll();
    PartitionPtr find(PartitionId id) const {
        const auto found = partitions.find(*id);
        return found == partitions.end() ? nullptr : found->second;
    }
};

}  // namespace freshet::log
