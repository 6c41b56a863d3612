#include "stream/watch.h"

#include <algorithm>

#include "base/check.h"
#include "log/follow/follower.h"
#include "stream/sequence.h"
#include "stream/shards/reshard_plan.h"

namespace freshet::stream {

ShardFigures Watch::shard_figures(const StreamKey& key, std::uint32_t shard) const {
    const auto live = streams_.find(key);
    return live ? live->figures_of(shard) : ShardFigures();
}

ShardFigures Watch::sum_of_figures(const StreamKey& key) const {
    const auto live = streams_.find(key);
    if (!live) return {};
    ShardFigures sum = live->gone;
    for (const auto& [shard, one] : live->figures) {
        sum.add_counts(one);
        sum.iterator_age_ms = std::max(sum.iterator_age_ms, one.iterator_age_ms);
        sum.last_read = std::max(sum.last_read, one.last_read);
    }
    return sum;
}

Unread Watch::unread(const Shard& shard, log::Ordinal next) const {
    const auto tail = log_.tail(shard.partition);
    if (!tail) return {};  // closed as it was made
    const log::Ordinal end = shard.closed ? shard.end : tail->next;
    return {std::min(std::max(next, tail->first), end), end};
}

io::Task<Lag> Watch::lag(Shard shard, log::Ordinal next) {
    const auto [from, end] = unread(shard, next);
    FRESHET_CHECK(from <= end);
    Lag lag{end - from, std::nullopt};
    if (lag.records == 0) co_return lag;
    auto oldest = co_await log::read_from(log_, pool_, shard.partition, from, 1, 1);
    if (oldest && !oldest->empty()) lag.age = std::max(streams_.now() - oldest->front().time, 0ms);
    co_return lag;
}

io::Task<Result<Look>> Watch::look(StreamKey key, std::uint32_t index, Position position,
                                   std::size_t records_max, std::size_t bytes_max) {
    auto at = co_await records_.locate(key, index, std::move(position));
    if (!at) co_return pass(at);
    auto read = co_await records_.read_from(at->shard, at->ordinal, records_max, bytes_max);
    if (!read) co_return pass(read);
    Look look;
    look.records = std::move(read->records);
    look.next = continuation_number(at->shard, read->next, streams_.now());
    look.behind = read->behind;
    look.is_end = at->shard.closed && read->next >= at->shard.end;
    if (const auto live = streams_.find_id(at->stream_id); live && look.is_end) {
        for (const Shard& child : children_of(live->stream, index))
            look.children.push_back(child.index);
    }
    co_return look;
}

}  // namespace freshet::stream
