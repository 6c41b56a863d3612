// Which shards ListShards shows.
#pragma once
#include "stream/types.h"

namespace freshet::stream {

enum class FilterType {
    after_shard_id,     ///< numbered after one
    at_trim_horizon,    ///< open when the oldest record kept arrived
    from_trim_horizon,  ///< all that are kept
    at_latest,          ///< open now
    at_timestamp,       ///< open at a time
    from_timestamp      ///< open then or later
};

struct ShardFilter {
    FilterType type = FilterType::from_trim_horizon;
    std::uint32_t after = 0;
    Timestamp time{};
};

/// The moment before which retention has forgotten everything.
Timestamp trim_horizon(const Stream& stream, Timestamp now);
bool passes(const ShardFilter& filter, const Shard& shard, const Stream& stream, Timestamp now);

}  // namespace freshet::stream
