// One consumer's reading of one shard by enhanced fan-out: pushed at commit (a listener of the
// log), a sign of life when nothing comes, at most five minutes. Made by Streams::subscribe();
// whoever answers the client asks next() until an event says that it is the last. Home core of
// Streams only.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <variant>

#include "log/follow/follower.h"
#include "stream/errors.h"
#include "stream/types.h"

namespace freshet::stream {

/// What one event carries. Consumers that stand at the same place of a shard get the same object,
/// so that it is encoded once: `encoded` is a slot for the rim.
struct FanOutBatch {
    Shard shard;
    log::Ordinal from = 0, next = 0;
    std::vector<StoredRecord> records;
    std::string continuation;  ///< goes on at `next`
    Millis behind{};
    std::vector<Shard> children;  ///< at the end of a closed shard
    Timestamp made;
    mutable std::shared_ptr<void> encoded;
};

/// The newest batches of each shard.
class FanOutCache {
  public:
    std::shared_ptr<FanOutBatch> find(log::PartitionId partition, log::Ordinal from,
                                      Timestamp now) const;
    void keep(std::shared_ptr<FanOutBatch> batch);
    void forget(log::PartitionId partition) { batches_.erase(*partition); }

  private:
    std::map<std::uint64_t, std::deque<std::shared_ptr<FanOutBatch>>> batches_;
};

class Streams;

class Subscription {
  public:
    struct Place {
        std::int64_t stream = 0, consumer = 0;
        std::uint32_t shard = 0;
        auto operator<=>(const Place&) const = default;
    };
    Subscription(Streams& streams, Place place, Shard shard, log::Ordinal from, Timestamp now);

    /// The next event; nothing when the five minutes are over or the shard has ended. Errc::in_use
    /// when another subscription took over, Errc::not_found when stream or consumer are gone.
    io::Task<Result<std::shared_ptr<const FanOutBatch>>> next();

    Timestamp started() const { return started_; }
    /// What was handed out comes before this; stays there when the subscription is gone.
    std::shared_ptr<const log::Ordinal> reached() const { return next_; }
    bool is_over(Timestamp now) const;
    /// Ends it with `reason`.
    void end(std::optional<Error> reason);

  private:
    friend class Streams;
    Streams& streams_;
    Place place_;
    Shard shard_;
    std::shared_ptr<log::Ordinal> next_;
    Timestamp started_, heard_;  ///< when it began, and when the client was last told something
    bool is_over_ = false;
    std::optional<Error> reason_;
    log::Follower follower_;  ///< of the shard
};

}  // namespace freshet::stream
