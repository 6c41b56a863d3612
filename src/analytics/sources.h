// The shards that an application reads, as one sequence of records in order of arrival. Home core:
// the service's.
#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "analytics/commit.h"
#include "analytics/ports.h"
#include "io/bell.h"
#include "log/log.h"

namespace freshet::analytics {

/// A record, and the shard that it came from.
struct Taken {
    std::uint32_t shard = 0;  ///< its index
    log::PartitionId partition;
    log::Record record;
};

class Sources {
  public:
    Sources(io::Core& home, io::Pool& pool, log::Log& log, Siblings& siblings,
            std::shared_ptr<io::Bell> bell)
        : home_(home), pool_(pool), log_(log), siblings_(siblings), bell_(std::move(bell)) {}
    ~Sources() { clear(); }

    /// Begins with `shards`; those that `positions` does not name are read from their beginning.
    void open(const std::vector<Shard>& shards, const Positions& positions);
    /// Takes new shards up and drops those that are gone; looks how far each can be read. Gives the
    /// time before which no more records come.
    Result<Timestamp> look(const std::vector<Shard>& shards);
    /// Reads up to `positions` at most, whatever look() says until it is called again.
    void end_at(const Positions& positions);
    /// Continues at `positions`, where they name a shard.
    void go_to(const Positions& positions);
    /// The next records before `bound` in order of arrival, as many as a chunk holds. `is_all`:
    /// there are no more of them.
    io::Task<Result<std::vector<Taken>>> take(Timestamp bound, bool& is_all);
    /// They come again.
    void put_back(std::vector<Taken> taken);
    /// What was taken; without `taken` from its record `first` on.
    Positions positions(const std::vector<Taken>& taken = {}, std::size_t first = 0) const;
    /// The shard of this index; nothing when it is gone.
    const Shard* find(std::uint32_t index) const;

  private:
    /// One shard and what was read of it ahead.
    struct Source {
        Shard shard;
        log::Ordinal next = 0;  ///< taken before this
        log::Ordinal end = 0;   ///< of what is readable
        std::deque<log::Record> ahead;
        std::uint64_t listener = 0;
    };
    void add(const Shard& shard, log::Ordinal next);
    void clear();
    io::Task<Result<>> read_ahead(Source& source);

    io::Core& home_;
    io::Pool& pool_;
    log::Log& log_;
    Siblings& siblings_;
    std::shared_ptr<io::Bell> bell_;
    std::vector<Source> all_;  ///< in order of index
};

}  // namespace freshet::analytics
