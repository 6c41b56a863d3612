// Follows partitions of the log: wakes its owner when they get durable records, and reads them from
// where they are. The analytics runner, the delivery pipe and a subscription of enhanced fan-out
// each own one. `log` and `pool` must outlive it; a ring that is under way when it goes finds the
// bell, which it shares.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "io/bell.h"
#include "log/follow/merge.h"
#include "log/log.h"

namespace freshet::log {

/// Log::read() that blocks no core: at once when the records are in memory, else on a thread of
/// `pool`.
io::Task<Result<std::vector<Record>>> read_from(const Log& log, io::Pool& pool,
                                                PartitionId partition, Ordinal from,
                                                std::size_t records_max, std::size_t bytes_max);

/// Home core only; is_stopping() any thread. The loop of an owner is
///
///   begin_look(); ... looks at the partitions ...; wait() or wait_until()
///
/// so that a record that becomes durable after the look ends the wait at once. stop() ends every
/// wait; the owner joins its loop before the follower goes.
class Follower {
  public:
    Follower(io::Core& home, io::Pool& pool, Log& log)
        : home_(home), pool_(pool), log_(log), bell_(std::make_shared<io::Bell>(home)) {}
    ~Follower() { clear(); }
    Follower(const Follower&) = delete;
    Follower& operator=(const Follower&) = delete;

    /// Rings at each commit of the partition from now on. Adding it twice is fine.
    void add(PartitionId partition);
    void remove(PartitionId partition);
    void clear();
    bool follows(PartitionId partition) const { return listeners_.contains(*partition); }

    void begin_look() { bell_->is_rung = false; }
    void ring() { bell_->ring(); }
    bool was_rung() const { return bell_->is_rung; }
    /// Until a ring since begin_look().
    io::Task<void> wait();
    io::Task<void> wait_until(Timestamp deadline);
    /// Rings or not: for a try after one that failed.
    io::Task<void> rest_until(Timestamp deadline);
    void stop();
    const std::atomic<bool>& is_stopping() const { return is_stopping_; }

    /// As read_from(): the records of one partition.
    io::Task<Result<std::vector<Record>>> read(PartitionId partition, Ordinal from,
                                               std::size_t records_max,
                                               std::size_t bytes_max) const {
        return read_from(log_, pool_, partition, from, records_max, bytes_max);
    }
    struct Chunk {
        std::vector<Taken> taken;
        /// Nothing is left before the bound: what was looked at has been taken.
        bool is_all = false;
    };
    /// The records that `merge` gives before `bound`, at most `chunk` (and one record more). Those
    /// that `is_wanted` refuses are left out. An error leaves `merge` where it was. `merge` and
    /// `is_wanted` must outlive the task.
    io::Task<Result<Chunk>> take(Merge& merge, Timestamp bound, Merge::Bounds chunk,
                                 const std::function<bool(const Record&)>& is_wanted) const;

  private:
    io::Core& home_;
    io::Pool& pool_;
    Log& log_;
    std::shared_ptr<io::Bell> bell_;
    std::map<std::uint64_t, std::uint64_t> listeners_;  ///< of the log, by partition
    std::atomic<bool> is_stopping_ = false;
};

}  // namespace freshet::log
