// The segments of one partition: files of frames in order of ordinals, with what the journal has
// made durable. Invariant: what is before next() is synced here, or the journal still has it. A
// mutex of the partition orders the flusher and its readers; it is held while the disk is read.
#pragma once
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "io/disk.h"
#include "log/checkpoint.h"
#include "log/frame.h"
#include "log/segment_index.h"

namespace freshet::log {

struct Segment {
    std::string path;
    Ordinal first = 0;
    Timestamp first_time;            ///< known once it is open
    std::shared_ptr<io::File> file;  ///< opened at the first need
    bool is_indexed = false;
    std::vector<IndexEntry> index;   ///< an entry for about every 64 KiB
    std::size_t index_saved = 0;     ///< of them, on disk
    bool has_touched_index = false;  ///< this process wrote to the index's file
    std::uint64_t size = 0;
    // begun and synced to hold the next ordinal when all before it expires
    bool is_anchor = false;
};

class Segments {
  public:
    Segments(io::Disk& disk, std::string directory, PartitionId id)
        : disk_(disk), directory_(std::move(directory)), id_(id) {}

    /// Without a checkpoint: reads names and headers, and scans the last segment.
    Result<> recover();
    /// From a checkpoint: reads the producers; segments are opened when they are needed.
    Result<> restore(const Reach& reach);
    /// For the next checkpoint; nothing while there are no segments.
    std::optional<Reach> reach() const;
    /// What could not be read at the end of the last segment. It was torn by a crash when the
    /// journal has the records from next() on, and is damage when not.
    struct Doubt {
        std::string path;
        std::uint64_t at = 0;  ///< 0: the header
    };
    const std::optional<Doubt>& doubt() const { return doubt_; }
    /// The journal has it: cuts off what is in doubt.
    Result<> cut_torn();
    /// Before `end` the journal or these segments have every record: a segment, or the end of one,
    /// that the checkpoint does not know and that reaches further is of another copy of the log,
    /// and not cut.
    void set_recovered(Ordinal end) { recovered_end_ = end; }
    PartitionId id() const { return id_; }
    /// The ordinal after the last frame, and that frame's time.
    Ordinal next() const { return next_; }
    Timestamp last_time() const { return last_time_; }
    /// Never waits for the disk, as what holds the log's mutex may not.
    Ordinal first() const { return first_; }
    std::unordered_map<std::uint64_t, std::uint64_t>& producers() { return producers_; }

    /// Appends those frames that are not there yet, and syncs; a failed sync ends the process.
    /// `now` decides with `limits` when a new segment begins.
    Result<> append(std::span<const Frame> frames, const Limits& limits, Timestamp now);
    /// Remembers the last sequence of each producer before the journal forgets it.
    Result<> save_producers();

    Result<std::vector<Record>> read(Ordinal from, std::size_t records_max, std::size_t bytes_max);
    /// The first record at or after `time`, or next().
    Result<Ordinal> find_time(Timestamp time);
    /// When every record lies before `before`: begins the next segment, so that the last one can
    /// go. True when it did; trim() unlinks what the checkpoint does not need, which is then to be
    /// saved.
    Result<bool> seal(Ordinal before);
    /// Of a partition without segments, whose records before `next` are gone: the next start finds
    /// where it continues.
    Result<> begin_at(Ordinal next, Timestamp time);
    /// The checkpoint on disk names `tail` as the last segment: it stays until another one is.
    void set_checkpoint_tail(Ordinal tail);
    /// Unlinks segments that lie wholly before `before`.
    Result<> trim(Ordinal before);
    Result<> remove_all();

  private:
    /// After restore(): finds the segments, and unlinks those that were begun after the checkpoint.
    Result<> find_segments();
    /// Makes the index, from its file as far as that goes.
    Result<> ensure_indexed(Segment& segment);
    void save_index(Segment& segment);
    void add_to_index(Segment& segment, const FrameHeader& header, std::uint64_t at);
    /// Reads the last segment whole: where it ends, its index, its producers.
    Result<> scan(Segment& segment);
    Result<> begin_segment(Ordinal first, Timestamp time);
    void note_first() {
        first_ = unread_ ? unread_->first : segments_.empty() ? next_ : segments_.front().first;
    }
    Result<> load_producers();
    /// False when its header is wrong.
    Result<bool> ensure_open(Segment& segment);
    Result<> open_sound(Segment& segment);
    /// Cuts what a refused write left after the end.
    Result<> tidy(Segment& segment);
    /// Errc::corrupt when whole frames in [from, size) reach beyond what was recovered.
    Result<> check_surplus(Segment& segment, std::uint64_t from, std::uint64_t size);
    /// Calls `each` with the frames of `segment` from `offset` on until it returns false.
    Result<> walk(Segment& segment, std::uint64_t offset,
                  const std::function<bool(const Frame&, std::uint64_t at)>& each);

    io::Disk& disk_;
    std::string directory_;
    PartitionId id_;
    mutable std::mutex mutex_;     ///< readers on pool threads, the flusher, trim
    std::optional<Reach> unread_;  ///< of the checkpoint, until the segments were looked for
    std::deque<Segment> segments_;
    std::atomic<Ordinal> first_ = 0;  ///< of unread_ or segments_, next_ without
    Ordinal next_ = 0;
    Timestamp last_time_{};
    std::optional<Ordinal> checkpoint_tail_;
    std::optional<Ordinal> recovered_end_;  ///< until the first append
    std::optional<Doubt> doubt_;
    bool has_directory_ = false;
    std::unordered_map<std::uint64_t, std::uint64_t> producers_;
};

}  // namespace freshet::log
