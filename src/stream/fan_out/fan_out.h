// Enhanced fan-out: the consumers of streams and their subscriptions. Home core of the service
// only.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/log.h"
#include "meta/database.h"
#include "stream/fan_out/fan_out_cache.h"
#include "stream/fan_out/subscription.h"
#include "stream/live/live_streams.h"
#include "stream/records/records.h"

namespace freshet::stream {

/// A change of a consumer completes when it is durable. Outlives every Subscription; what it is
/// made with must outlive it.
class FanOut {
  public:
    FanOut(LiveStreams& streams, Records& records, meta::Database& database, log::Log& log,
           io::Pool& pool)
        : streams_(streams), records_(records), database_(database), log_(log), pool_(pool) {}

    /// Valid until the next suspension. Errc::not_found.
    Result<const Consumer*> find_consumer(const StreamKey& key, const std::string& name) const;
    bool is_creating(const Consumer& consumer) const {
        return streams_.now() < consumer.created + streams_.options().creating;
    }
    io::Task<Result<Consumer>> register_consumer(StreamKey key, std::string name, Tags tags);
    io::Task<Result<>> deregister_consumer(StreamKey key, std::string name);
    io::Task<Result<>> tag_consumer(StreamKey key, std::string name, Tags add,
                                    std::vector<std::string> remove);

    /// Errc::in_use within five seconds of the last one of the same consumer and shard; later it
    /// takes over.
    io::Task<Result<std::shared_ptr<Subscription>>> subscribe(StreamKey key, std::string consumer,
                                                              std::uint32_t shard,
                                                              Position position);
    /// The last subscription of each consumer and shard since the server started.
    std::vector<Followed> followed(const Stream& stream) const;

    // For the other parts and for subscriptions.
    io::Core& home() const { return streams_.home(); }
    log::Log& log() const { return log_; }
    io::Pool& pool() const { return pool_; }
    /// What a subscription at `from` gets next; without records when there are none.
    io::Task<Result<std::shared_ptr<FanOutBatch>>> read(std::int64_t stream_id, Shard shard,
                                                        log::Ordinal from);
    /// An event of a subscription goes out.
    void measure_event(const Subscription::Place& place, const FanOutBatch& batch);
    /// Ends the subscriptions of a stream with `reason`; of one consumer, when it is given.
    void end(std::int64_t stream, const Error& reason,
             std::optional<std::int64_t> consumer = std::nullopt);
    /// Ends all of them, without an error: the server stops.
    void end_all();
    /// Shards that are gone: drops their batches.
    void forget(const std::vector<Shard>& shards);
    /// Drops the subscriptions to shards that `stream` no longer has.
    void forget_expired(const Stream& stream);

  private:
    struct Subscribed {
        std::weak_ptr<Subscription> subscription;
        std::optional<Timestamp> started;
        std::shared_ptr<const log::Ordinal> reached;
    };

    LiveStreams& streams_;
    Records& records_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    std::map<Subscription::Place, Subscribed> subscriptions_;  ///< the last of each place
    FanOutCache cache_;
};

}  // namespace freshet::stream
