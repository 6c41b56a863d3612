#include "stream/fan_out/subscription.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

/// "s/c: shardId-000000000001"
std::string fan_out_name(const StreamKey& key, const std::string& consumer, std::uint32_t shard) {
    return fmt::format("{}/{}: {}", key.name, consumer, shard_name(shard));
}

}  // namespace

std::shared_ptr<FanOutBatch> FanOutCache::find(log::PartitionId partition, log::Ordinal from,
                                               Timestamp now) const {
    const auto found = batches_.find(*partition);
    if (found == batches_.end()) return nullptr;
    for (const auto& batch : found->second) {
        // How far behind it is would be wrong for a reader that comes later.
        if (batch->from == from && now - batch->made <= limits::fan_out_share_within) return batch;
    }
    return nullptr;
}

void FanOutCache::keep(std::shared_ptr<FanOutBatch> batch) {
    auto& batches = batches_[*batch->shard.partition];
    batches.push_back(std::move(batch));
    if (batches.size() > limits::fan_out_batches_max) batches.pop_front();
}

Subscription::Subscription(Streams& streams, Place place, Shard shard, log::Ordinal from,
                           Timestamp now)
    : streams_(streams),
      place_(place),
      shard_(std::move(shard)),
      next_(std::make_shared<log::Ordinal>(from)),
      started_(now),
      heard_(now),
      follower_(streams.home(), streams.pool(), streams.log()) {
    if (*shard_.partition != 0) follower_.add(shard_.partition);
}

bool Subscription::is_over(Timestamp now) const {
    return is_over_ || now >= started_ + limits::subscription_life;
}

void Subscription::end(std::optional<Error> reason) {
    if (is_over_) return;
    is_over_ = true;
    reason_ = std::move(reason);
    follower_.stop();
}

io::Task<Result<std::shared_ptr<const FanOutBatch>>> Subscription::next() {
    while (true) {
        if (is_over_ && reason_) co_return std::unexpected(*std::exchange(reason_, std::nullopt));
        const Timestamp now = streams_.home().now();
        if (is_over(now)) co_return std::shared_ptr<const FanOutBatch>();
        follower_.begin_look();
        auto batch = co_await streams_.fan_out(place_.stream, shard_, *next_);
        if (!batch) co_return pass(batch);
        const bool is_last = !(*batch)->children.empty();
        if ((*batch)->next > *next_ || is_last || now >= heard_ + limits::heartbeat_every) {
            *next_ = (*batch)->next;
            heard_ = now;
            if (is_last) end(std::nullopt);
            streams_.measure_event(place_, **batch);
            co_return std::shared_ptr<const FanOutBatch>(std::move(*batch));
        }
        co_await follower_.wait_until(
            std::min(heard_ + limits::heartbeat_every, started_ + limits::subscription_life));
    }
}

// --- the service's part

io::Task<Result<std::shared_ptr<Subscription>>> Streams::subscribe(StreamKey key,
                                                                   std::string consumer,
                                                                   std::uint32_t index,
                                                                   Position position) {
    auto found = find_consumer(key, consumer);
    if (!found) co_return pass(found);
    if (is_creating(**found))
        co_return fail(Errc::in_use, fmt::format("Consumer {}, account {} is in status CREATING",
                                                 consumer, key.account));
    const auto live = this->live(key);
    const Subscription::Place place{live->stream.id, (*found)->id, index};
    auto at = co_await locate(key, index, position);
    if (!at) co_return pass(at);
    const Timestamp now = home_.now();
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
    auto made = std::make_shared<Subscription>(*this, place, at->shard, at->ordinal, now);
    last = {made, now, made->reached()};
    co_return made;
}

io::Task<Result<std::shared_ptr<FanOutBatch>>> Streams::fan_out(std::int64_t stream_id, Shard shard,
                                                                log::Ordinal from) {
    const auto live = live_id(stream_id);
    const Shard* known = live ? live->stream.find_shard(shard.index) : nullptr;
    if (!known) co_return fail(Errc::not_found, "The stream or the shard does not exist any more");
    shard = *known;
    if (auto kept = fan_out_cache_.find(shard.partition, from, home_.now())) co_return kept;
    auto read =
        co_await read_records(shard, from, limits::fan_out_records_max, limits::fan_out_bytes_max);
    if (!read) co_return pass(read);
    auto batch = std::make_shared<FanOutBatch>();
    batch->shard = shard;
    batch->from = from;
    batch->next = read->next;
    batch->records = std::move(read->records);
    batch->behind = read->behind;
    batch->made = home_.now();
    batch->continuation = continuation_number(shard, batch->next, batch->made);
    if (shard.closed && batch->next >= shard.end)
        batch->children = children_of(live->stream, shard.index);
    // What a reader at the tip gets again and again is made anew: it tells the time.
    if (!batch->records.empty()) fan_out_cache_.keep(batch);
    co_return batch;
}

void Streams::measure_event(const Subscription::Place& place, const FanOutBatch& batch) {
    const auto live = live_id(place.stream);
    if (!live) return;
    const std::size_t bytes = count_out(*live, place.shard, batch.records);
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

void Streams::end_subscriptions(std::int64_t stream, std::optional<std::int64_t> consumer,
                                const Error& reason) {
    for (auto at = subscriptions_.begin(); at != subscriptions_.end();) {
        const bool is_meant =
            at->first.stream == stream && (!consumer || at->first.consumer == *consumer);
        if (is_meant) {
            if (const auto subscription = at->second.subscription.lock()) subscription->end(reason);
        }
        at = is_meant ? subscriptions_.erase(at) : std::next(at);
    }
}

void Streams::close_subscriptions() {
    for (auto& [place, last] : subscriptions_) {
        if (const auto subscription = last.subscription.lock()) subscription->end(std::nullopt);
    }
}

}  // namespace freshet::stream
