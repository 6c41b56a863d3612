// What pages about streams watch: "streams", all of an account and region; "stream:NAME", one with
// its shards, their rates and its readers. docs: web/src/stream_api.ts has the same shapes.
#pragma once
#include <string>

#include "base/bytes.h"
#include "console/parts.h"
#include "console/rates.h"
#include "console/streams/shard_rates.h"

namespace freshet::console {

/// Home core.
Bytes streams_json(const Parts& parts, const Rates& rates, const Home& home);
/// Home core. Says in its "error" when the stream is gone.
io::Task<Bytes> stream_json(const Parts& parts, const Rates& rates, ShardRates& shard_rates,
                            Home home, std::string name);
/// The counters of the shards of all streams that are watched.
void sample_shards(const Parts& parts, ShardRates& shard_rates);

}  // namespace freshet::console
