// The newest batches of each shard: consumers that read the same place at about the same time get
// the same object, so that it is read and encoded once. Home core of the service only.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "log/log.h"
#include "stream/types.h"

namespace freshet::stream {

/// What one event carries. `encoded` is a slot for the rim.
struct FanOutBatch {
    Shard shard;
    log::Ordinal from = 0, next = 0;
    std::vector<StoredRecord> records;
    std::string continuation;  ///< a sequence number: reading continues at `next` with it
    Millis behind{};
    std::vector<Shard> children;  ///< at the end of a closed shard
    Timestamp made;
    mutable std::shared_ptr<void> encoded;
};

class FanOutCache {
  public:
    /// nullptr when no batch begins at `from`, or none that is young enough.
    std::shared_ptr<FanOutBatch> find(log::PartitionId partition, log::Ordinal from,
                                      Timestamp now) const;
    /// A batch with records.
    void keep(std::shared_ptr<FanOutBatch> batch);
    void forget(log::PartitionId partition) { batches_.erase(*partition); }

  private:
    std::map<std::uint64_t, std::deque<std::shared_ptr<FanOutBatch>>> batches_;
};

}  // namespace freshet::stream
