// Where each record of a cut came from, in the order of reading. Pure.
#pragma once
#include <cstddef>
#include <vector>

#include "base/time.h"
#include "delivery/stages/item.h"
#include "log/log.h"

namespace freshet::delivery {

/// Where a record on its way came from.
struct Origin {
    log::PartitionId partition;
    log::Ordinal ordinal = 0;
    Timestamp arrival;
};

/// Records that came one after the other share an entry, so that a million of them take little.
class RecordPlaces {
  public:
    /// The next `count` user records are those of the record at `origin`.
    void add(const Origin& origin, std::size_t count);
    std::size_t records() const { return records_; }
    bool empty() const { return records_ == 0; }

    struct At {
        RecordPlace origin;
        Timestamp arrival;
    };
    /// Of the record with that number, from 0.
    At at(std::size_t number) const;

  private:
    /// From record `first` on: the user records of one record of the log, or, when `is_each`, one
    /// of each of the records that follow one another there.
    struct Run {
        std::size_t first = 0;
        Origin origin;
        bool is_each = false;
    };
    std::vector<Run> runs_;
    std::size_t records_ = 0;
};

}  // namespace freshet::delivery
