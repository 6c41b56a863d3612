// The stream service: names, shards, puts and reads. Streams live on one home core; the log below
// is shared by all cores. Every verb that changes something completes after the change is durable.
#pragma once
#include <memory>

#include "io/core.h"
#include "log/log.h"
#include "meta/database.h"
#include "stream/errors.h"
#include "stream/fan_out/subscription.h"
#include "stream/limits.h"
#include "stream/live/meter.h"
#include "stream/live/throttle.h"
#include "stream/options.h"
#include "stream/records/key_ring.h"
#include "stream/records/record.h"
#include "stream/shards/on_demand.h"
#include "stream/shards/reshard_plan.h"
#include "stream/types.h"

namespace freshet::stream {

struct Live;
class Turn;
namespace store {
struct Unsettled;
}

class Streams {
  public:
    /// `key_file`: where the master keys of encrypted streams are, or will be.
    Streams(io::Core& home, meta::Database& database, log::Log& log, io::Pool& pool, io::Disk& disk,
            std::string key_file, Options options)
        : home_(home),
          database_(database),
          log_(log),
          pool_(pool),
          options_(options),
          keys_(disk, std::move(key_file)),
          stop_(home),
          loops_(home) {}
    ~Streams();
    /// Reads the tables, and finishes or forgets a reshard that a crash cut short; before the home
    /// core runs.
    Result<> load();
    void start();
    io::Task<void> stop();
    io::Core& home() { return home_; }
    log::Log& log() { return log_; }
    io::Pool& pool() { return pool_; }

    io::Task<Result<>> create(StreamKey key, NewStream wanted);
    /// Errc::in_use when there are consumers, unless they may go with it.
    io::Task<Result<>> remove(StreamKey key, bool with_consumers);
    /// Valid until the next suspension. Errc::not_found.
    Result<const Stream*> find(const StreamKey& key) const;
    /// Every stream, in order of keys. Valid until the next suspension.
    std::vector<std::pair<const StreamKey&, const Stream&>> all() const;
    Status status(const Stream& stream) const;
    /// Not in CREATING, nor in the DELETING of a stream that never left it.
    bool shows_shards(const Stream& stream) const;
    bool is_creating(const Consumer& consumer) const {
        return home_.now() < consumer.created + options_.creating;
    }
    /// Whether AWS would take the call now; always without the limits of AWS.
    bool take_call(std::string_view operation, const std::string& account,
                   const std::string& region);
    /// Names of an account and region in order, behind `after`.
    std::vector<const Stream*> list(const std::string& account, const std::string& region,
                                    const std::string& after) const;
    /// Whether a cut is under way: what is appended to the stream's shards must wait or come again.
    bool is_cutting(const Stream& stream) const;

    // Reshards. Complete when the cut is durable: no put reaches a shard behind its end.
    io::Task<Result<>> split(StreamKey key, std::uint32_t shard, HashKey at);
    io::Task<Result<>> merge(StreamKey key, std::uint32_t shard, std::uint32_t adjacent);
    struct Counts {
        int before = 0, target = 0;
    };
    io::Task<Result<Counts>> update_count(StreamKey key, int target);
    io::Task<Result<>> set_mode(StreamKey key, Mode mode, std::optional<int> warm_throughput);

    io::Task<Result<>> set_retention(StreamKey key, int hours, bool increase);
    io::Task<Result<>> change_tags(StreamKey key, Tags add, std::vector<std::string> remove);
    /// Of the stream, or of one of its consumers; without a `policy` the present one goes.
    io::Task<Result<>> set_policy(StreamKey key, std::optional<std::string> consumer,
                                  std::optional<std::string> policy);
    struct Monitoring {
        std::set<std::string> before, after;
    };
    io::Task<Result<Monitoring>> set_monitoring(StreamKey key, std::set<std::string> add,
                                                std::set<std::string> remove);
    io::Task<Result<>> set_record_size(StreamKey key, int kib);
    /// Shards for so many MiB a second stand ready from now on.
    io::Task<Result<Counts>> set_warm_throughput(StreamKey key, int mibps);
    /// 24 letters and digits: names the stream, and no later one of the same name. Not of AWS's
    /// form, with a dash before the last three: the SDKs send a request with such an id to a host
    /// of AWS, whatever endpoint is set.
    std::string public_id(const Stream& stream) const;

    // Encryption of what is put from now on; a new `key_id` makes a new data key.
    io::Task<Result<>> start_encryption(StreamKey key, std::string key_id);
    io::Task<Result<>> stop_encryption(StreamKey key);
    /// A record as it goes into the log: sealed when the stream is encrypted.
    Result<Bytes> encode(const Stream& stream, std::string_view partition_key,
                         std::string_view data) const;
    /// And back, also of the time before. Any thread. Errc::key_unavailable, Errc::corrupt.
    Result<LogRecord> decode(const Bytes& payload) const;

    // Accounts.
    struct Usage {
        std::size_t open_shards = 0, on_demand_streams = 0;
    };
    Usage usage(const std::string& account, const std::string& region) const;
    std::size_t shard_limit() const { return options_.shard_limit; }
    Commitment commitment(const std::string& account, const std::string& region) const;
    io::Task<Result<Commitment>> set_commitment(std::string account, std::string region,
                                                bool enabled);

    /// Lines for Prometheus.
    std::string figures() const;
    /// What was measured since the last time, for CloudWatch.
    std::vector<Measured> take_measured();

    /// Counts what a sibling puts into a shard by an append of its own.
    void count_in(const Stream& stream, std::uint32_t shard, std::size_t records,
                  std::size_t bytes);

    // For people who watch; no figure counts these looks (watch.cpp).
    /// Nothing but zeros for a shard that nothing went through.
    ShardFigures shard_figures(const StreamKey& key, std::uint32_t shard) const;
    /// Of the stream, with the shards that are gone.
    ShardFigures sum_of_figures(const StreamKey& key) const;
    /// The last subscription of each consumer and shard since the server started.
    std::vector<Followed> followed(const Stream& stream) const;
    /// What is kept of a shard from `next` on.
    Unread unread(const Shard& shard, log::Ordinal next) const;
    /// Of a reader that stands at `next`.
    io::Task<Lag> lag(Shard shard, log::Ordinal next);
    io::Task<Result<Look>> look(StreamKey key, std::uint32_t shard, Position position,
                                std::size_t records_max, std::size_t bytes_max);

    /// All entries become durable in one commit; answers in the order of entries.
    io::Task<Result<std::vector<Placed>>> put(StreamKey key, std::vector<PutEntry> entries,
                                              PutCall call = PutCall::records);

    io::Task<Result<std::string>> iterator(StreamKey key, std::uint32_t shard, Position position);
    /// `of`: the stream that the iterator must be of; Errc::invalid_argument when it is another's.
    io::Task<Result<ReadAnswer>> read(std::string iterator, std::size_t records_max,
                                      std::optional<StreamKey> of = {});

    // Enhanced fan-out.
    /// Valid until the next suspension. Errc::not_found.
    Result<const Consumer*> find_consumer(const StreamKey& key, const std::string& name) const;
    io::Task<Result<Consumer>> register_consumer(StreamKey key, std::string name, Tags tags);
    io::Task<Result<>> deregister_consumer(StreamKey key, std::string name);
    io::Task<Result<>> tag_consumer(StreamKey key, std::string name, Tags add,
                                    std::vector<std::string> remove);
    /// Errc::in_use within five seconds of the last one of the same consumer and shard; later it
    /// takes over.
    io::Task<Result<std::shared_ptr<Subscription>>> subscribe(StreamKey key, std::string consumer,
                                                              std::uint32_t shard,
                                                              Position position);
    /// What a subscription that stands at `from` gets next; without records when there are none.
    io::Task<Result<std::shared_ptr<FanOutBatch>>> fan_out(std::int64_t stream_id, Shard shard,
                                                           log::Ordinal from);
    /// An event of a subscription goes out.
    void measure_event(const Subscription::Place& place, const FanOutBatch& batch);
    /// Ends all subscriptions: the server stops.
    void close_subscriptions();

    /// The sequence number that a shard begins with, and the one that a closed shard ends with.
    static std::string first_sequence_number(const Shard& shard);
    static std::string last_sequence_number(const Shard& shard);

  private:
    std::shared_ptr<Live> live(const StreamKey& key) const;
    std::shared_ptr<Live> live_id(std::int64_t id) const;
    /// Waits until no one else changes the stream. Errc::not_found.
    io::Task<Result<Turn>> turn(StreamKey key);
    /// The same, of a stream that is active. Errc::in_use.
    io::Task<Result<Turn>> change(StreamKey key);
    /// Readable and writable: neither being made nor going away. Errc::not_found, as AWS says then.
    Result<> check_usable(const Stream& stream) const;
    Result<> check_count(Live& live, int target) const;
    Result<> check_shard_limit(const StreamKey& key, std::size_t additional) const;
    /// Notes one more change of a kind that AWS allows so often a day. Errc::limit.
    Result<> take_change(const StreamKey& key, std::vector<Timestamp>& changes,
                         std::size_t a_day) const;
    void show_updating(Live& live) const;
    ShardThrottle& throttle(Live& live, std::uint32_t shard) const;
    io::Task<void> remove_at(StreamKey key, std::int64_t id, Timestamp when);
    io::Task<Result<>> remove_now(Live& live);
    io::Task<Result<>> save(Live& live, Stream changed);

    /// Records of a shard from an ordinal on, and how far the reading got.
    struct Read {
        std::vector<StoredRecord> records;
        log::Ordinal next = 0;
        Millis behind{};
    };
    io::Task<Result<Read>> read_records(Shard shard, log::Ordinal from, std::size_t records_max,
                                        std::size_t bytes_max);
    /// Where a position lies.
    struct Located {
        std::int64_t stream_id = 0;
        Shard shard;
        log::Ordinal ordinal = 0;
    };
    io::Task<Result<Located>> locate(StreamKey key, std::uint32_t shard, Position position);
    /// Counts what goes out; says how many bytes it is.
    static std::size_t count_out(Live& live, std::uint32_t shard,
                                 const std::vector<StoredRecord>& records);
    struct Share;
    void measure_put(Live& live, PutCall call, const std::vector<Share>& shares,
                     const std::vector<std::pair<std::size_t, std::size_t>>& places, bool is_kept,
                     Timestamp began) const;
    /// Puts each entry into a batch of its shard; `places` says where, entry by entry.
    Result<> share_out(Live& live, const std::vector<PutEntry>& entries,
                       std::vector<log::Append>& batches, std::vector<Share>& shares,
                       std::vector<std::pair<std::size_t, std::size_t>>& places) const;

    Result<> load_keys(const std::vector<WrappedKey>& wrapped);
    Result<> check_warm_throughput(const StreamKey& key, Mode mode, int mibps) const;
    io::Task<Result<>> warm(Live& live);
    Result<> recover_reshard(const store::Unsettled& unsettled);
    io::Task<Result<>> reshard(Live& live, ReshardPlan plan);
    io::Task<Result<>> cut(Live& live, const ReshardPlan& plan);
    io::Task<Result<>> settle(Live& live);
    io::Task<void> discard(Live& live, std::vector<Born> born);

    void end_subscriptions(std::int64_t stream, std::optional<std::int64_t> consumer,
                           const Error& reason);

    io::Task<void> keep_retention();
    io::Task<Result<>> trim_expired(std::int64_t stream_id);
    io::Task<Result<>> remove_expired(std::int64_t stream_id);
    io::Task<void> keep_capacity();
    io::Task<void> scale(StreamKey key, std::vector<Scaling> actions);

    io::Core& home_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    Options options_;
    CallThrottle calls_;
    std::map<StreamKey, std::shared_ptr<Live>> streams_;
    std::map<std::int64_t, OnDemand> on_demand_;  ///< by stream
    struct Subscribed {
        std::weak_ptr<Subscription> subscription;
        std::optional<Timestamp> started;
        std::shared_ptr<const log::Ordinal> reached;
    };
    // the last of each consumer and shard
    std::map<Subscription::Place, Subscribed> subscriptions_;
    FanOutCache fan_out_cache_;
    // by account and region
    std::map<std::pair<std::string, std::string>, Commitment> commitments_;
    std::vector<Measured> measured_;  ///< of streams that are gone
    KeyRing keys_;
    std::string iterator_key_;
    io::StopFlag stop_;
    io::Scope loops_;
};

}  // namespace freshet::stream
