// What people who watch a stream see: figures, how far its readers are, and records to look at.
// None of it counts as a read, and none is throttled.
#include <algorithm>

#include "log/follow/follower.h"
#include "stream/live/live.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {

ShardFigures Streams::shard_figures(const StreamKey& key, std::uint32_t shard) const {
    const auto live = this->live(key);
    if (!live) return {};
    const auto found = live->figures.find(shard);
    return found == live->figures.end() ? ShardFigures() : found->second;
}

ShardFigures Streams::sum_of_figures(const StreamKey& key) const {
    const auto live = this->live(key);
    if (!live) return {};
    ShardFigures sum = live->gone;
    for (const auto& [shard, one] : live->figures) {
        sum.add_counts(one);
        sum.iterator_age_ms = std::max(sum.iterator_age_ms, one.iterator_age_ms);
        sum.last_read = std::max(sum.last_read, one.last_read);
    }
    return sum;
}

std::vector<Followed> Streams::followed(const Stream& stream) const {
    std::vector<Followed> all;
    const Timestamp now = home_.now();
    for (auto at = subscriptions_.lower_bound({stream.id, 0, 0});
         at != subscriptions_.end() && at->first.stream == stream.id; ++at) {
        if (!at->second.started || !at->second.reached) continue;
        const auto subscription = at->second.subscription.lock();
        all.push_back({at->first.consumer, at->first.shard,
                       subscription && !subscription->is_over(now), *at->second.started,
                       *at->second.reached});
    }
    return all;
}

Unread Streams::unread(const Shard& shard, log::Ordinal next) const {
    const auto tail = log_.tail(shard.partition);
    if (!tail) return {};  // closed as it was made
    const log::Ordinal end = shard.closed ? shard.end : tail->next;
    return {std::min(std::max(next, tail->first), end), end};
}

io::Task<Lag> Streams::lag(Shard shard, log::Ordinal next) {
    const auto [from, end] = unread(shard, next);
    Lag lag{end - from, std::nullopt};
    if (lag.records == 0) co_return lag;
    auto oldest = co_await log::read_from(log_, pool_, shard.partition, from, 1, 1);
    if (oldest && !oldest->empty()) lag.age = std::max(home_.now() - oldest->front().time, 0ms);
    co_return lag;
}

io::Task<Result<Look>> Streams::look(StreamKey key, std::uint32_t index, Position position,
                                     std::size_t records_max, std::size_t bytes_max) {
    auto at = co_await locate(key, index, std::move(position));
    if (!at) co_return pass(at);
    auto read = co_await read_records(at->shard, at->ordinal, records_max, bytes_max);
    if (!read) co_return pass(read);
    Look look;
    look.records = std::move(read->records);
    look.next = continuation_number(at->shard, read->next, home_.now());
    look.behind = read->behind;
    look.is_end = at->shard.closed && read->next >= at->shard.end;
    if (const auto live = live_id(at->stream_id); live && look.is_end) {
        for (const Shard& child : children_of(live->stream, index))
            look.children.push_back(child.index);
    }
    co_return look;
}

}  // namespace freshet::stream
