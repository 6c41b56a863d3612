// What asks for a reshard: SplitShard, MergeShards, UpdateShardCount, a warm throughput, and the
// loop that scales on-demand streams.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "stream/limits.h"
#include "stream/shards/shards.h"

namespace freshet::stream {
namespace {

Failure in_on_demand(const StreamKey& key) {
    return fail(Errc::not_in_this_mode,
                fmt::format("Request is invalid. Stream {} under account {} is in On-Demand mode.",
                            key.name, key.home.account));
}

}  // namespace

Result<> Shards::check_count(Live& live, int target) const {
    const int open = static_cast<int>(live.stream.open.size());
    if (target > open) {
        auto within =
            accounts_.check_shard_limit(live.stream.key, static_cast<std::size_t>(target - open));
        if (!within) return within;
    }
    if (!streams_.options().has_aws_limits) return {};
    const bool is_up = target > 2 * open;
    if (is_up || 2 * target < open)
        return fail(Errc::limit,
                    fmt::format("UpdateShardCount cannot scale {} your current open shard count. "
                                "Current open shard count: {} Target shard count: {}",
                                is_up ? "up over double" : "down below half", open, target));
    return streams_.take_change(live, &Live::counts, limits::counts_a_day);
}

io::Task<Result<>> Shards::split(StreamKey key, std::uint32_t shard, HashKey at) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    if (held->stream().mode == Mode::on_demand) co_return in_on_demand(key);
    auto plan = plan_split(held->stream(), shard, at, streams_.now());
    if (!plan) co_return pass(plan);
    auto within = accounts_.check_shard_limit(key, 1);
    if (!within) co_return within;
    auto done = co_await reshard(held->live(), std::move(*plan));
    co_return done;
}

io::Task<Result<>> Shards::merge(StreamKey key, std::uint32_t shard, std::uint32_t adjacent) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    if (held->stream().mode == Mode::on_demand) co_return in_on_demand(key);
    auto plan = plan_merge(held->stream(), shard, adjacent, streams_.now());
    if (!plan) co_return pass(plan);
    auto done = co_await reshard(held->live(), std::move(*plan));
    co_return done;
}

io::Task<Result<Shards::Counts>> Shards::update_count(StreamKey key, int target) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    if (held->stream().mode == Mode::on_demand) co_return in_on_demand(key);
    const Counts counts{static_cast<int>(held->stream().open.size()), target};
    if (target > limits::update_count_shards_max)
        co_return fail(Errc::limit,
                       fmt::format("UpdateShardCount cannot scale up over {} shards. Current open "
                                   "shard count: {} Target shard count: {}",
                                   limits::update_count_shards_max, counts.before, target));
    auto within = check_count(held->live(), target);
    if (!within) co_return pass(within);
    auto done = co_await reshard(held->live(), plan_count(held->stream(), target, streams_.now()));
    if (!done) co_return pass(done);
    co_return counts;
}

io::Task<Result<>> Shards::set_mode(StreamKey key, Mode mode, std::optional<int> warm_throughput) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    if (warm_throughput) {
        auto allowed = accounts_.check_warm_throughput(key, mode, *warm_throughput);
        if (!allowed) co_return allowed;
    }
    auto within = streams_.take_change(held->live(), &Live::modes, limits::modes_a_day);
    if (!within) co_return within;
    Stream stream = held->stream();
    stream.mode = mode;
    stream.warm_throughput_mibps = warm_throughput;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (!saved) co_return saved;
    held->live().on_demand = {};
    streams_.show_updating(held->live());
    auto warmed = co_await warm(held->live());
    co_return warmed;
}

io::Task<Result<Shards::Counts>> Shards::set_warm_throughput(StreamKey key, int mibps) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    auto allowed = accounts_.check_warm_throughput(key, held->stream().mode, mibps);
    if (!allowed) co_return pass(allowed);
    Stream stream = held->stream();
    stream.warm_throughput_mibps = mibps;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (!saved) co_return pass(saved);
    const int open = static_cast<int>(held->stream().open.size());
    // A shard takes a MiB a second: as many are open from now on.
    auto warmed = co_await warm(held->live());
    if (!warmed) co_return pass(warmed);
    co_return Counts{open, mibps};
}

/// The caller holds the stream's Turn.
io::Task<Result<>> Shards::warm(Live& live) {
    const auto wanted = std::min<std::size_t>(
        static_cast<std::size_t>(live.stream.warm_throughput_mibps.value_or(0)),
        limits::on_demand_shards_max);
    if (live.stream.mode != Mode::on_demand || wanted <= live.stream.open.size())
        co_return Result<>();
    auto done =
        co_await reshard(live, plan_count(live.stream, static_cast<int>(wanted), streams_.now()));
    co_return done;
}

io::Task<void> Shards::keep_capacity() {
    while (true) {
        std::vector<std::pair<StreamKey, std::vector<Scaling>>> wanted;
        for (const auto& [key, live] : streams_.all()) {
            if (live->stream.mode != Mode::on_demand) continue;
            auto actions = live->on_demand.check(live->stream, live->figures, streams_.now());
            if (!actions.empty()) wanted.emplace_back(key, std::move(actions));
        }
        for (auto& [key, actions] : wanted) co_await scale(key, std::move(actions));
        const bool is_running =
            co_await loops_.stop.sleep_until(streams_.now() + limits::on_demand_check_every);
        if (!is_running) co_return;
    }
}

io::Task<void> Shards::scale(StreamKey key, std::vector<Scaling> actions) {
    for (const Scaling& action : actions) {
        auto held = co_await streams_.turn(key);
        if (!held || held->stream().mode != Mode::on_demand) co_return;
        const Shard* shard = held->stream().find_shard(action.shard);
        if (!shard || !shard->is_open()) continue;
        const HashKey middle = shard->first_hash + (shard->last_hash - shard->first_hash) / 2 + 1;
        auto plan =
            action.merge_with
                ? plan_merge(held->stream(), action.shard, *action.merge_with, streams_.now())
                : plan_split(held->stream(), action.shard, middle, streams_.now());
        if (!plan) continue;
        auto done = co_await reshard(held->live(), std::move(*plan));
        if (!done)
            log_warn("stream", "could not scale",
                     {{"name", key.name}, {"reason", done.error().message()}});
    }
}

}  // namespace freshet::stream
