// Subscriptions: who follows which shard, and what they read. consumers.cpp has the consumers.
#include "stream/fan_out/fan_out.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/limits.h"
#include "stream/sequence.h"
#include "stream/shards/reshard_plan.h"

namespace freshet::stream {
namespace {

/// "s/c: shardId-000000000001"
std::string fan_out_name(const StreamKey& key, const std::string& consumer, std::uint32_t shard) {
    return fmt::format("{}/{}: {}", key.name, consumer, shard_name(shard));
}

}  // namespace

io::Task<Result<std::shared_ptr<Subscription>>> FanOut::subscribe(StreamKey key,
                                                                  std::string consumer,
                                                                  std::uint32_t index,
                                                                  Position position) {
    auto found = find_consumer(key, consumer);
    if (!found) co_return pass(found);
    if (is_creating(**found))
        co_return fail(Errc::in_use, fmt::format("Consumer {}, account {} is in status CREATING",
                                                 consumer, key.home.account));
    const auto live = streams_.find(key);
    const Subscription::Place place{live->stream.id, (*found)->id, index};
    auto at = co_await records_.locate(key, index, position);
    if (!at) co_return pass(at);
    const Timestamp now = streams_.now();
    auto& last = subscriptions_[place];
    const bool is_soon = last.started && now - *last.started < limits::subscribe_again_after;
    live->meter.add(consumer, Measure::subscribe_success, !is_soon);
    live->meter.add(consumer, Measure::subscribe_rate_exceeded, is_soon);
    if (is_soon)
        co_return fail(Errc::in_use,
                       fmt::format("Another active subscription exists for this consumer: {}",
                                   fan_out_name(key, consumer, index)));
    if (const auto older = last.subscription.lock())
        older->end(Error(Errc::in_use,
                         fmt::format("Another subscription took over this consumer's shard: {}",
                                     fan_out_name(key, consumer, index))));
    auto subscription = std::make_shared<Subscription>(*this, place, at->shard, at->ordinal, now);
    last = {subscription, now, subscription->reached()};
    co_return subscription;
}

std::vector<Followed> FanOut::followed(const Stream& stream) const {
    std::vector<Followed> all;
    const Timestamp now = streams_.now();
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

io::Task<Result<std::shared_ptr<FanOutBatch>>> FanOut::read(std::int64_t stream_id, Shard shard,
                                                            log::Ordinal from) {
    const auto live = streams_.find_id(stream_id);
    const Shard* found = live ? live->stream.find_shard(shard.index) : nullptr;
    if (!found) co_return fail(Errc::not_found, "The stream or the shard does not exist any more");
    shard = *found;
    if (auto kept = cache_.find(shard.partition, from, streams_.now())) co_return kept;
    auto read = co_await records_.read_from(shard, from, limits::fan_out_records_max,
                                            limits::fan_out_bytes_max);
    if (!read) co_return pass(read);
    auto batch = std::make_shared<FanOutBatch>();
    batch->shard = shard;
    batch->from = from;
    batch->next = read->next;
    batch->records = std::move(read->records);
    batch->behind = read->behind;
    batch->made = streams_.now();
    batch->continuation = continuation_number(shard, batch->next, batch->made);
    if (shard.closed && batch->next >= shard.end)
        batch->children = children_of(live->stream, shard.index);
    // What a reader at the tip gets again and again is made each time: its number has the time.
    if (!batch->records.empty()) cache_.keep(batch);
    co_return batch;
}

void FanOut::measure_event(const Subscription::Place& place, const FanOutBatch& batch) {
    const auto live = streams_.find_id(place.stream);
    if (!live) return;
    const std::size_t bytes = live->count_out(place.shard, batch.records);
    const auto& consumers = live->stream.consumers;
    const auto consumer = std::ranges::find_if(
        consumers, [&place](const auto& one) { return one.second.id == place.consumer; });
    if (consumer == consumers.end()) return;
    const std::string& name = consumer->first;
    live->meter.add(name, Measure::event_success, 1);
    live->meter.add(name, Measure::event_bytes, bytes);
    live->meter.add(name, Measure::event_records, batch.records.size());
    live->meter.add(name, Measure::event_behind, static_cast<std::uint64_t>(batch.behind.count()));
}

void FanOut::end(std::int64_t stream, const Error& reason, std::optional<std::int64_t> consumer) {
    for (auto at = subscriptions_.begin(); at != subscriptions_.end();) {
        const bool ends =
            at->first.stream == stream && (!consumer || at->first.consumer == *consumer);
        if (ends) {
            if (const auto subscription = at->second.subscription.lock()) subscription->end(reason);
        }
        at = ends ? subscriptions_.erase(at) : std::next(at);
    }
}

void FanOut::end_all() {
    for (auto& [place, last] : subscriptions_) {
        if (const auto subscription = last.subscription.lock()) subscription->end(std::nullopt);
    }
}

void FanOut::forget(const std::vector<Shard>& shards) {
    for (const Shard& shard : shards) cache_.forget(shard.partition);
}

void FanOut::forget_expired(const Stream& stream) {
    std::erase_if(subscriptions_, [&](const auto& one) {
        return one.first.stream == stream.id && !stream.find_shard(one.first.shard);
    });
}

}  // namespace freshet::stream
