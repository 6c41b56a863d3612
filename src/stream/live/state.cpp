// What a stream shows while it is made, changed and deleted, and how often that may be asked for.
// Changes take place at once; for how long they show is the user's choice (options.h).
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/stream.h"

namespace freshet::stream {

const char* word_of(Status status) {
    switch (status) {
        case Status::creating:
            return "CREATING";
        case Status::active:
            return "ACTIVE";
        case Status::updating:
            return "UPDATING";
        case Status::deleting:
            return "DELETING";
    }
    return "";
}

Status Streams::status(const Stream& stream) const {
    const Timestamp now = home_.now();
    if (stream.deleted) return Status::deleting;
    if (now < stream.created + options_.creating) return Status::creating;
    const auto found = live(stream.key);
    return found && now < found->updated ? Status::updating : Status::active;
}

bool Streams::shows_shards(const Stream& stream) const {
    const Timestamp at = stream.deleted ? *stream.deleted - options_.deleting : home_.now();
    return at >= stream.created + options_.creating;
}

void Streams::show_updating(Live& live) const { live.updated = home_.now() + options_.updating; }

io::Task<Result<Turn>> Streams::change(StreamKey key) {
    auto held = co_await turn(key);
    if (!held) co_return held;
    const Status status = this->status(held->stream());
    if (status == Status::active) co_return held;
    co_return fail(Errc::in_use,
                   fmt::format("Stream {} under account {} not ACTIVE, instead in state {}",
                               key.name, key.account, word_of(status)));
}

Result<> Streams::check_usable(const Stream& stream) const {
    const Status status = this->status(stream);
    if (status == Status::active || status == Status::updating) return {};
    return fail(Errc::not_found, fmt::format("Stream {} under account {} not found.",
                                             stream.key.name, stream.key.account));
}

Result<> Streams::check_shard_limit(const StreamKey& key, std::size_t additional) const {
    const std::size_t open = usage(key.account, key.region).open_shards;
    if (open + additional <= options_.shard_limit) return {};
    return fail(
        Errc::limit,
        fmt::format("This request would exceed the shard limit for the account {} in {}. Current "
                    "shard count for the account: {}. Limit: {}. Number of additional shards that "
                    "would have resulted from this request: {}. Refer to the AWS Service Limits "
                    "page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
                    "for current limits and how to request higher limits.",
                    key.account, key.region, open, options_.shard_limit, additional));
}

Result<> Streams::check_count(Live& live, int target) const {
    const int open = static_cast<int>(live.stream.open.size());
    if (target > open) {
        auto within = check_shard_limit(live.stream.key, static_cast<std::size_t>(target - open));
        if (!within) return within;
    }
    if (!options_.aws_limits) return {};
    const bool is_up = target > 2 * open;
    if (is_up || 2 * target < open)
        return fail(Errc::limit,
                    fmt::format("UpdateShardCount cannot scale {} your current open shard count. "
                                "Current open shard count: {} Target shard count: {}",
                                is_up ? "up over double" : "down below half", open, target));
    return take_change(live.stream.key, live.counts, limits::counts_a_day);
}

Result<> Streams::take_change(const StreamKey& key, std::vector<Timestamp>& changes,
                              std::size_t a_day) const {
    if (!options_.aws_limits) return {};
    const Timestamp now = home_.now();
    std::erase_if(changes, [now](Timestamp one) { return one + limits::day <= now; });
    if (changes.size() >= a_day)
        return fail(Errc::limit, fmt::format("Stream {} under account {} was changed {} times in "
                                             "the last 24 hours: no more is allowed",
                                             key.name, key.account, a_day));
    changes.push_back(now);
    return {};
}

bool Streams::take_call(std::string_view operation, const std::string& account,
                        const std::string& region) {
    return !options_.aws_limits || calls_.take(operation, account, region, home_.now());
}

ShardThrottle& Streams::throttle(Live& live, std::uint32_t shard) const {
    return live.throttles.try_emplace(shard, home_.now()).first->second;
}

// --- deletion

io::Task<Result<>> Streams::remove(StreamKey key, bool with_consumers) {
    auto held = co_await turn(key);
    if (!held) co_return pass(held);
    if (held->stream().deleted)
        co_return fail(Errc::in_use,
                       fmt::format("Stream {} under account {} not ACTIVE, instead in state {}",
                                   key.name, key.account, word_of(Status::deleting)));
    if (!held->stream().consumers.empty() && !with_consumers)
        co_return fail(Errc::in_use,
                       fmt::format("Stream {} under account {} has registered consumers; set "
                                   "EnforceConsumerDeletion to delete them with it.",
                                   key.name, key.account));
    if (options_.deleting == Millis{}) {
        auto removed = co_await remove_now(held->live());
        co_return removed;
    }
    Stream stream = held->stream();
    stream.deleted = home_.now() + options_.deleting;
    const Timestamp when = *stream.deleted;
    const std::int64_t id = stream.id;
    auto saved = co_await save(held->live(), std::move(stream));
    if (saved) loops_.spawn(remove_at(key, id, when));
    co_return saved;
}

io::Task<void> Streams::remove_at(StreamKey key, std::int64_t id, Timestamp when) {
    while (true) {
        const bool go_on = co_await stop_.sleep_until(when);
        if (!go_on) co_return;
        auto held = co_await turn(key);
        if (!held || held->stream().id != id) co_return;
        auto removed = co_await remove_now(held->live());
        if (removed) co_return;
        log_warn("stream", "could not delete",
                 {{"name", key.name}, {"reason", removed.error().message()}});
        when = home_.now() + limits::retention_check_every;
    }
}

/// The caller holds the stream's Turn.
io::Task<Result<>> Streams::remove_now(Live& live) {
    auto settled = co_await settle(live);
    if (!settled) co_return settled;
    const Stream stream = live.stream;
    auto removed =
        co_await database_.write([&stream](meta::Txn& txn) { return store::remove(txn, stream); });
    if (!removed) co_return removed;
    live.is_removed = true;
    live.meter.take(stream, measured_);
    streams_.erase(stream.key);
    on_demand_.erase(stream.id);
    end_subscriptions(stream.id, std::nullopt,
                      Error(Errc::not_found, fmt::format("Stream {} under account {} not found.",
                                                         stream.key.name, stream.key.account)));
    for (const Shard& shard : stream.shards) fan_out_cache_.forget(shard.partition);
    co_await pool_.run([this, &stream] {
        for (const Shard& shard : stream.shards) log_.drop(shard.partition);
    });
    log_info("stream", "deleted", {{"name", stream.key.name}});
    co_return Result<>();
}

}  // namespace freshet::stream
