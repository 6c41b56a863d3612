// The records of several partitions as one sequence: in order of arrival, then of the partition's
// rank, then of number. Pure: it says what to read next (wants), is given it (give), and hands the
// records out (pop). Every run over the same partitions gives the same sequence, however the reads
// were cut: a replay depends on it (docs/decisions/032).
//
//   add, remove, set_end, move    the partitions and how far they may be read
//   wants -> give                 until nothing is wanted: then the head of each partition is known
//   pop                           the earliest head, when it is before the bound
//   put_back                      what was popped, to be popped again
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "log/log.h"

namespace freshet::log {

/// A record, and the partition that it came from.
struct Taken {
    std::uint32_t rank = 0;  ///< of the partition
    PartitionId partition;
    Record record;
};

/// By partition: the next record.
using Positions = std::map<std::uint64_t, Ordinal>;

class Merge {
  public:
    /// About as many records and bytes are read ahead of all partitions together.
    struct Bounds {
        std::size_t records_max = 0, bytes_max = 0;
    };
    explicit Merge(Bounds ahead) : ahead_(ahead) {}

    /// One partition. What is before `next` has been popped; what is read ahead follows it.
    struct Source {
        std::uint32_t rank = 0;
        PartitionId partition;
        Ordinal next = 0;
        Ordinal end = 0;  ///< nothing from here on is read
        std::deque<Record> ahead;
    };
    /// In order of rank.
    const std::vector<Source>& sources() const { return sources_; }
    bool has(std::uint32_t rank) const { return index_of(rank) < sources_.size(); }
    Positions positions() const;

    /// `rank` is higher than that of every partition so far. Nothing is read before set_end().
    void add(std::uint32_t rank, PartitionId partition, Ordinal next);
    void remove(std::uint32_t rank);
    void clear();
    /// What was read ahead lies before `end`.
    void set_end(std::uint32_t rank, Ordinal end);
    /// Records before `first` are gone. Those that were read ahead are handed out all the same.
    void skip_to(std::uint32_t rank, Ordinal first);
    /// Forgets what was read ahead: the next record is `next`.
    void move(std::uint32_t rank, Ordinal next);

    /// A read that must be made before pop().
    struct Want {
        std::uint32_t rank = 0;
        PartitionId partition;
        Ordinal from = 0;
        std::size_t records_max = 0, bytes_max = 0;
    };
    std::optional<Want> wants();
    /// The answer to the last wants(), without the records that nobody is to see; those from the
    /// partition's end on are left out. When none is left, everything before the end counts as
    /// popped.
    void give(std::uint32_t rank, std::vector<Record> records);
    /// The first record of all, when it arrived before `bound`. Nothing may be wanted.
    std::optional<Taken> pop(Timestamp bound);
    /// Takes back what was popped last, in the order of pop().
    void put_back(std::vector<Taken> taken);

  private:
    /// The first record that was read ahead of sources_[at].
    struct Head {
        Timestamp time;
        std::size_t at = 0;  ///< in order of rank, so that it decides between equal times
    };
    struct IsLater {
        bool operator()(const Head& a, const Head& b) const {
            return a.time != b.time ? a.time > b.time : a.at > b.at;
        }
    };
    std::size_t index_of(std::uint32_t rank) const;
    Source& source(std::uint32_t rank);
    void arrange();
    void push_head(std::size_t at);

    Bounds ahead_;
    std::vector<Source> sources_;
    /// Of each source either its head is in heads_, or it is in hungry_, or it has reached its end.
    std::vector<Head> heads_;  ///< a heap: the earliest in front
    std::vector<std::size_t> hungry_;
    bool is_arranged_ = false;  ///< whether heads_ and hungry_ hold for sources_
};

}  // namespace freshet::log
