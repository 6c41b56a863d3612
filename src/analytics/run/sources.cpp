#include "analytics/run/sources.h"

#include <algorithm>

#include "analytics/limits.h"

namespace freshet::analytics {
namespace {
constexpr log::Merge::Bounds chunk_bounds{limits::chunk_records_max, limits::chunk_bytes_max};
}  // namespace

Sources::Sources(io::Core& home, io::Pool& pool, log::Log& log, Siblings& siblings)
    : follower_(home, pool, log),
      merge_(chunk_bounds),
      is_user_record_(
          [&siblings](const log::Record& record) { return !siblings.is_end(record.data); }) {}

void Sources::add(const Shard& shard) {
    shards_.push_back(shard);
    merge_.add(shard.index, shard.partition, 0);
    follower_.add(shard.partition);
}

void Sources::open(const std::vector<Seen>& shards, const Positions& positions) {
    follower_.clear();
    merge_.clear();
    shards_.clear();
    for (const Seen& one : shards) add(one.shard);
    go_to(positions);
}

void Sources::go_to(const Positions& positions) {
    for (const Shard& shard : shards_) {
        const auto found = positions.find(*shard.partition);
        if (found != positions.end()) merge_.move(shard.index, found->second);
    }
}

/// A reshard adds shards, which are read from their beginning, and retention takes old ones away.
Timestamp Sources::look(const std::vector<Seen>& shards) {
    const auto index_of = [](const Seen& one) { return one.shard.index; };
    std::erase_if(shards_, [&](const Shard& shard) {
        const bool is_there = std::ranges::binary_search(shards, shard.index, {}, index_of);
        if (is_there) return false;
        merge_.remove(shard.index);
        follower_.remove(shard.partition);
        return true;
    });
    Timestamp bound = Timestamp::max();
    for (const auto& [shard, tail] : shards) {
        if (shards_.empty() || shard.index > shards_.back().index) add(shard);
        merge_.set_end(shard.index, tail.next);
        // Records that retention has unlinked are gone for this reader, too.
        merge_.skip_to(shard.index, tail.first);
        bound = std::min(bound, tail.low_watermark);
    }
    return bound;
}

void Sources::end_at(const Positions& positions) {
    for (const auto& source : merge_.sources()) {
        const auto found = positions.find(*source.partition);
        merge_.set_end(source.rank, found == positions.end() ? source.next : found->second);
    }
}

io::Task<Result<log::Follower::Chunk>> Sources::take(Timestamp bound) {
    return follower_.take(merge_, bound, chunk_bounds, is_user_record_);
}

const Shard* Sources::find(std::uint32_t index) const {
    const auto found = std::ranges::lower_bound(shards_, index, {}, &Shard::index);
    return found == shards_.end() || found->index != index ? nullptr : &*found;
}

}  // namespace freshet::analytics
