#include "stream/shards/shard_filter.h"

#include <algorithm>

namespace freshet::stream {

Timestamp trim_horizon(const Stream& stream, Timestamp now) {
    return std::max(now - std::chrono::hours(stream.retention_hours), stream.created);
}

bool passes(const ShardFilter& filter, const Shard& shard, const Stream& stream, Timestamp now) {
    const Timestamp horizon = trim_horizon(stream, now);
    const bool is_kept = shard.is_open() || *shard.closed >= horizon;
    switch (filter.type) {
        case FilterType::after_shard_id:
            return is_kept && shard.index > filter.after;
        case FilterType::at_trim_horizon:
            // One at a time on each part of the ring: readers begin with these. Nothing is
            // forgotten yet: the first ones, also when they closed in the millisecond that they
            // were made.
            if (horizon == stream.created) return !shard.parent;
            return shard.opened <= horizon && (shard.is_open() || *shard.closed > horizon);
        case FilterType::from_trim_horizon:
            return is_kept;
        case FilterType::at_latest:
            return shard.is_open();
        case FilterType::at_timestamp:
            return shard.opened <= filter.time &&
                   (shard.is_open() || *shard.closed >= filter.time) && is_kept;
        case FilterType::from_timestamp:
            return shard.is_open() || (*shard.closed >= filter.time && is_kept);
    }
    return true;
}

}  // namespace freshet::stream
