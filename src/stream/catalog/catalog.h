// Streams by name, and what is set on them: tags, policies, monitoring, sizes. Home core of the
// service only.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "log/log.h"
#include "meta/database.h"
#include "stream/catalog/accounts.h"
#include "stream/fan_out/fan_out.h"
#include "stream/live/live_streams.h"
#include "stream/shards/shards.h"

namespace freshet::stream {

/// Every verb that changes something completes after the change is durable. What is returned by
/// pointer or reference is valid until the next suspension of the caller. The parts that it is
/// made with, and `token_key`, must outlive it.
class Catalog {
  public:
    struct Siblings {
        LiveStreams& streams;
        Accounts& accounts;
        Shards& shards;
        FanOut& fan_out;
    };
    Catalog(Siblings siblings, meta::Database& database, log::Log& log, io::Pool& pool,
            Loops& loops, const std::string& token_key)
        : streams_(siblings.streams),
          accounts_(siblings.accounts),
          shards_(siblings.shards),
          fan_out_(siblings.fan_out),
          database_(database),
          log_(log),
          pool_(pool),
          loops_(loops),
          token_key_(token_key) {}
    /// Continues the deletions that were under way when the server ended.
    void start();

    /// Errc::in_use when the name is taken, Errc::limit, Errc::invalid_argument.
    io::Task<Result<>> create(StreamKey key, NewStream wanted);
    /// Errc::in_use when there are consumers, unless the call takes them with the stream.
    io::Task<Result<>> remove(StreamKey key, bool takes_consumers);
    /// Errc::not_found.
    Result<const Stream*> find(const StreamKey& key) const;
    /// Every stream, in order of keys.
    std::vector<std::pair<const StreamKey&, const Stream&>> all() const;
    /// Those of an account and region in order of names, after the name `after`.
    std::vector<const Stream*> list(const Home& home, const std::string& after) const;
    Status status(const Stream& stream) const { return streams_.status(stream); }
    /// Not in CREATING, nor in the DELETING of a stream that never left it.
    bool shows_shards(const Stream& stream) const;
    /// 24 letters and digits: names the stream, and no later one of the same name. Not of AWS's
    /// form, with a dash before the last three: the SDKs send a request with such an id to a host
    /// of AWS, whatever endpoint is set.
    std::string public_id(const Stream& stream) const;

    io::Task<Result<>> change_tags(StreamKey key, Tags add, std::vector<std::string> remove);
    /// Of the stream, or of one of its consumers; without a `policy` the present one is removed.
    io::Task<Result<>> set_policy(StreamKey key, std::optional<std::string> consumer,
                                  std::optional<std::string> policy);
    struct Monitoring {
        std::set<std::string> before, after;
    };
    io::Task<Result<Monitoring>> set_monitoring(StreamKey key, std::set<std::string> add,
                                                std::set<std::string> remove);
    io::Task<Result<>> set_record_size(StreamKey key, int kib);

  private:
    Result<int> shard_count_of(const StreamKey& key, const NewStream& wanted) const;
    io::Task<void> remove_at(StreamKey key, std::int64_t id, Timestamp when);
    io::Task<Result<>> remove_now(Live& live);

    LiveStreams& streams_;
    Accounts& accounts_;
    Shards& shards_;
    FanOut& fan_out_;
    meta::Database& database_;
    log::Log& log_;
    io::Pool& pool_;
    Loops& loops_;
    const std::string& token_key_;
};

}  // namespace freshet::stream
