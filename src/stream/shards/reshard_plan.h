// What a reshard makes: which shards close, which are born, and who is whose parent. Pure;
// reshard.cpp makes it durable. Every shard that is born has one parent (a split) or two (a merge),
// as readers expect; between them are shards that close as they are made, as AWS makes them.
#pragma once
#include <vector>

#include "base/error.h"
#include "stream/types.h"

namespace freshet::stream {

struct Born {
    Shard shard;
    bool stays = true;  ///< false: it is split or merged again within the same plan
};

struct ReshardPlan {
    std::vector<std::uint32_t> closing;  ///< shards of the stream, by index
    std::vector<Born> born;              ///< in order of index
    bool is_empty() const { return born.empty(); }
};

/// Errc::invalid_argument or Errc::not_found, in AWS's words.
Result<ReshardPlan> plan_split(const Stream& stream, std::uint32_t shard, HashKey at,
                               Timestamp now);
Result<ReshardPlan> plan_merge(const Stream& stream, std::uint32_t shard, std::uint32_t adjacent,
                               Timestamp now);
/// `count` shards of even size; empty when the stream has them already.
ReshardPlan plan_count(const Stream& stream, int count, Timestamp now);

/// The shards that take the hashes of a closed one.
std::vector<Shard> children_of(const Stream& stream, std::uint32_t shard);

}  // namespace freshet::stream
