// Which shards of an on-demand stream to split and which to merge: a plain function of what went
// into them, called once a check. A shard is hot when its rate is over the bounds of limits.h in
// several checks running, a neighbouring pair cold when it stays far below them for long.
#pragma once
#include <unordered_map>
#include <vector>

#include "stream/types.h"

namespace freshet::stream {

/// Split `shard` in the middle, or merge it with the neighbour above it.
struct Scaling {
    std::uint32_t shard = 0;
    std::optional<std::uint32_t> merge_with;
};

class OnDemand {
  public:
    /// `figures` count since some moment; a check compares them with those of the check before.
    std::vector<Scaling> check(const Stream& stream,
                               const std::unordered_map<std::uint32_t, ShardFigures>& figures,
                               Timestamp now);

  private:
    struct Watched {
        std::uint64_t bytes = 0, records = 0;  ///< at the last check
        int hot_checks = 0;
        Timestamp cold_since;
    };
    std::unordered_map<std::uint32_t, Watched> watched_;
    Timestamp last_check_{};
};

}  // namespace freshet::stream
