// One consumer's reading of one shard by enhanced fan-out: pushed at commit (a listener of the
// log), a heartbeat when nothing comes, at most five minutes. Made by FanOut::subscribe(), whose
// FanOut must outlive it; whoever answers the client asks next() until an event says that it is the
// last. Home core of the service only.
#pragma once
#include <memory>
#include <optional>

#include "log/follow/follower.h"
#include "stream/errors.h"
#include "stream/fan_out/fan_out_cache.h"
#include "stream/types.h"

namespace freshet::stream {

class FanOut;

class Subscription {
  public:
    struct Place {
        std::int64_t stream = 0, consumer = 0;
        std::uint32_t shard = 0;
        auto operator<=>(const Place&) const = default;
    };
    Subscription(FanOut& fan_out, Place place, Shard shard, log::Ordinal from, Timestamp now);

    /// The next event; nothing when the five minutes are over or the shard has ended. Errc::in_use
    /// when another subscription took over, Errc::not_found when stream or consumer are gone. One
    /// call at a time.
    io::Task<Result<std::shared_ptr<const FanOutBatch>>> next();

    /// What was handed out comes before this ordinal, which outlives the subscription.
    std::shared_ptr<const log::Ordinal> reached() const { return next_; }
    bool is_over(Timestamp now) const;
    /// Ends it; the call of next() that waits, or the next one, returns `reason`.
    void end(std::optional<Error> reason);

  private:
    FanOut& fan_out_;
    Place place_;
    Shard shard_;
    std::shared_ptr<log::Ordinal> next_;
    Timestamp started_, heard_;  ///< when it began, and when the client last got an event
    bool is_over_ = false;
    std::optional<Error> reason_;
    log::Follower follower_;  ///< of the shard
};

}  // namespace freshet::stream
