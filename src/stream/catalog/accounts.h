// What an account uses in a region, what it may use, how often it may call, and what it has
// promised (its commitment to a minimum throughput). Home core of the service only.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "meta/database.h"
#include "stream/live/live_streams.h"
#include "stream/live/throttle.h"

namespace freshet::stream {

class Accounts {
  public:
    using Commitments = std::map<Home, Commitment>;

    Accounts(LiveStreams& streams, meta::Database& database)
        : streams_(streams), database_(database) {}
    /// What the tables say; before the home core runs.
    void load(Commitments commitments) { commitments_ = std::move(commitments); }

    struct Usage {
        std::size_t open_shards = 0, on_demand_streams = 0;
    };
    Usage usage(const Home& home) const;
    std::size_t shard_limit() const { return streams_.options().shard_limit; }
    /// Whether AWS would take the call now; always without the limits of AWS.
    bool take_call(std::string_view operation, const Home& home);

    Commitment commitment(const Home& home) const;
    /// Durable when it completes.
    io::Task<Result<Commitment>> set_commitment(Home home, bool is_enabled);

    /// Room for `additional` open shards. Errc::limit.
    Result<> check_shard_limit(const StreamKey& key, std::size_t additional) const;
    /// Errc::not_in_this_mode, Errc::invalid_argument.
    Result<> check_warm_throughput(const StreamKey& key, Mode mode, int mibps) const;

  private:
    LiveStreams& streams_;
    meta::Database& database_;
    CallThrottle calls_;
    Commitments commitments_;
};

}  // namespace freshet::stream
