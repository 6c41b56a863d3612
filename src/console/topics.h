// What a page can watch, as JSON: "overview", "streams", "stream:NAME", "application:NAME",
// "dashboard:ID", "lake", "table:DATABASE/NAME", "jobs", "job:NAME".
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "console/parts.h"
#include "console/rates.h"
#include "console/streams/shard_rates.h"

namespace freshet::console {

/// Keeps no state: each call reads the services. What it was made of outlives it.
class Topics {
  public:
    Topics(const Parts& parts, const Rates& rates, ShardRates& shard_rates)
        : parts_(parts), rates_(rates), shard_rates_(shard_rates) {}
    /// Home core. Errc::invalid for a topic that there is not; one whose subject is gone says so in
    /// its "error".
    io::Task<Result<Bytes>> json_of(std::string topic, Home home) const;

  private:
    Bytes application(const Home& home, const std::string& name) const;
    io::Task<Bytes> dashboard(Home home, std::string id) const;
    const Parts& parts_;
    const Rates& rates_;
    ShardRates& shard_rates_;
};

}  // namespace freshet::console
