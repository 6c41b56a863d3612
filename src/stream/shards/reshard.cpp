// Reshards: split, merge, a new count, and on-demand scaling. In three steps:
//   1. prepare  one transaction writes the shards to come and makes their partitions; puts go on.
//   2. cut      one append of the log puts a closing record at the end of each shard that closes:
//   all
//               of them or none. Puts wait for this one commit, then go to the new shards.
//   3. settle   one transaction says what ended where.
// A crash between 1 and 2 leaves no closing record, and the next start forgets the reshard; between
// 2 and 3 it leaves them all, and the next start settles it.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "io/faults/failpoint.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

Failure in_on_demand(const StreamKey& key) {
    return fail(Errc::not_in_this_mode,
                fmt::format("Request is invalid. Stream {} under account {} is in On-Demand mode.",
                            key.name, key.account));
}

/// What the cut makes of the shards: `closed` with their ends, `born` with their beginnings.
Live::Cut made_by(const Stream& stream, const ReshardPlan& plan,
                  const std::vector<log::Ordinal>& ends, Timestamp at) {
    Live::Cut cut;
    for (std::size_t i = 0; i < plan.closing.size(); ++i) {
        Shard shard = *stream.find_shard(plan.closing[i]);
        shard.closed = at;
        shard.end = ends[i];
        cut.closed.push_back(std::move(shard));
    }
    for (const Born& one : plan.born) {
        Shard shard = one.shard;
        shard.opened = at;
        if (!one.stays) shard.closed = at;
        cut.born.push_back(std::move(shard));
    }
    return cut;
}

void apply(Stream& stream, const Live::Cut& cut) {
    for (const Shard& shard : cut.closed) *stream.find_shard(shard.index) = shard;
    stream.shards.insert(stream.shards.end(), cut.born.begin(), cut.born.end());
    stream.index_open();
}

}  // namespace

io::Task<Result<>> Streams::split(StreamKey key, std::uint32_t shard, HashKey at) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    if (held->stream().mode == Mode::on_demand) co_return in_on_demand(key);
    auto plan = plan_split(held->stream(), shard, at, home_.now());
    if (!plan) co_return pass(plan);
    auto within = check_shard_limit(key, 1);
    if (!within) co_return within;
    auto done = co_await reshard(held->live(), std::move(*plan));
    co_return done;
}

io::Task<Result<>> Streams::merge(StreamKey key, std::uint32_t shard, std::uint32_t adjacent) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    if (held->stream().mode == Mode::on_demand) co_return in_on_demand(key);
    auto plan = plan_merge(held->stream(), shard, adjacent, home_.now());
    if (!plan) co_return pass(plan);
    auto done = co_await reshard(held->live(), std::move(*plan));
    co_return done;
}

io::Task<Result<Streams::Counts>> Streams::update_count(StreamKey key, int target) {
    auto held = co_await change(key);
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
    auto done = co_await reshard(held->live(), plan_count(held->stream(), target, home_.now()));
    if (!done) co_return pass(done);
    co_return counts;
}

io::Task<Result<>> Streams::set_mode(StreamKey key, Mode mode, std::optional<int> warm_throughput) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    if (warm_throughput) {
        auto allowed = check_warm_throughput(key, mode, *warm_throughput);
        if (!allowed) co_return allowed;
    }
    auto within = take_change(key, held->live().modes, limits::modes_a_day);
    if (!within) co_return within;
    Stream stream = held->stream();
    stream.mode = mode;
    stream.warm_throughput_mibps = warm_throughput;
    auto saved = co_await save(held->live(), std::move(stream));
    if (!saved) co_return saved;
    on_demand_.erase(held->stream().id);
    show_updating(held->live());
    auto warmed = co_await warm(held->live());
    co_return warmed;
}

/// The caller holds the stream's Turn.
io::Task<Result<>> Streams::reshard(Live& live, ReshardPlan plan) {
    if (plan.empty()) co_return Result<>();
    auto settled = co_await settle(live);  // of the reshard before, had the disk refused
    if (!settled) co_return settled;
    const std::int64_t id = live.stream.id;
    auto prepared = co_await database_.write(
        [&](meta::Txn& txn) -> Result<> { return store::prepare_reshard(txn, id, plan.born); });
    if (!prepared) co_return prepared;
    for (const Born& one : plan.born) {
        if (one.stays) log_.add(one.shard.partition);
    }
    io::failpoints::reach("reshard.before_cut");
    auto done = co_await cut(live, plan);
    io::failpoints::reach("reshard.after_cut");
    if (!done) {
        co_await discard(live, std::move(plan.born));
        co_return done;
    }
    log_info("stream", "resharded",
             {{"name", live.stream.key.name},
              {"closed", plan.closing.size()},
              {"open", live.stream.open.size()}});
    auto kept = co_await settle(live);
    io::failpoints::reach("reshard.after_settle");
    if (!kept)
        log_warn("stream", "a reshard is in the log and not yet in the tables",
                 {{"name", live.stream.key.name}, {"reason", kept.error().message()}});
    co_return Result<>();
}

io::Task<Result<>> Streams::cut(Live& live, const ReshardPlan& plan) {
    std::vector<log::Append> appends;
    for (const std::uint32_t index : plan.closing)
        appends.push_back({live.stream.find_shard(index)->partition, {closing_record()}, {}});
    live.is_cutting = true;
    auto appended = co_await log_.append(std::move(appends));
    Result<> done;
    if (appended) {
        Timestamp at = home_.now();
        std::vector<log::Ordinal> ends;
        for (const log::Appended& one : *appended) {
            at = std::max(at, one.time);
            ends.push_back(one.first);
        }
        // Readers were told that nothing earlier comes from the closed ones: it holds for the new
        // ones, too.
        for (const std::uint32_t index : plan.closing) {
            const auto tail = log_.tail(live.stream.find_shard(index)->partition);
            if (tail) at = std::max(at, tail->low_watermark);
        }
        live.unsettled = made_by(live.stream, plan, ends, at);
        apply(live.stream, *live.unsettled);
        for (const Born& one : plan.born) {
            if (one.stays) log_.hold_time(one.shard.partition, at);
        }
    } else {
        done = fail(Errc::storage, appended.error().message());
    }
    if (done) show_updating(live);
    live.is_cutting = false;
    live.cut.notify();
    co_return done;
}

io::Task<Result<>> Streams::settle(Live& live) {
    if (!live.unsettled) co_return Result<>();
    const std::int64_t id = live.stream.id;
    const Live::Cut& cut = *live.unsettled;
    auto settled = co_await database_.write(
        [&](meta::Txn& txn) { return store::settle_reshard(txn, id, cut.closed, cut.born); });
    if (settled) live.unsettled.reset();
    co_return settled;
}

io::Task<void> Streams::discard(Live& live, std::vector<Born> born) {
    const std::int64_t id = live.stream.id;
    auto discarded = co_await database_.write(
        [&](meta::Txn& txn) { return store::discard_reshard(txn, id, born); });
    if (!discarded)  // the next start forgets it: there is no closing record
        log_warn("stream", "the shards of a refused reshard are still in the tables",
                 {{"name", live.stream.key.name}, {"reason", discarded.error().message()}});
    co_await pool_.run([&] {
        for (const Born& one : born) log_.drop(one.shard.partition);
    });
}

Result<> Streams::recover_reshard(const store::Unsettled& unsettled) {
    const auto live = live_id(unsettled.stream);
    if (!live) return {};
    io::failpoints::reach("recovery.reshard");
    ReshardPlan plan{{}, unsettled.born};
    std::vector<log::Ordinal> ends;
    Timestamp at{};
    for (const Shard& shard : live->stream.shards) {
        const bool closes = std::ranges::any_of(
            plan.born, [&](const Born& one) { return one.shard.has_parent(shard.index); });
        if (!closes) continue;
        auto tail = log_.tail(shard.partition);
        if (!tail) return pass(tail);
        plan.closing.push_back(shard.index);
        if (tail->next == tail->first) continue;
        auto last = log_.read(shard.partition, tail->next - 1, 1, 1);
        if (!last) return pass(last);
        if (last->empty() || !is_closing_record(last->front().data)) continue;
        ends.push_back(last->front().ordinal);
        at = std::max(at, last->front().time);
    }
    if (ends.empty()) {
        auto discarded = database_.write_now([&](meta::Txn& txn) {
            return store::discard_reshard(txn, unsettled.stream, unsettled.born);
        });
        for (const Born& one : unsettled.born) log_.drop(one.shard.partition);
        return discarded;
    }
    if (ends.size() != plan.closing.size())
        return fail(freshet::Errc::corrupt,
                    fmt::format("stream {}: a reshard closed {} of {} shards",
                                live->stream.key.name, ends.size(), plan.closing.size()));
    const Live::Cut cut = made_by(live->stream, plan, ends, at);
    apply(live->stream, cut);
    return database_.write_now([&](meta::Txn& txn) {
        return store::settle_reshard(txn, unsettled.stream, cut.closed, cut.born);
    });
}

// --- on-demand

io::Task<void> Streams::keep_capacity() {
    while (true) {
        std::vector<std::pair<StreamKey, std::vector<Scaling>>> wanted;
        for (const auto& [key, live] : streams_) {
            if (live->stream.mode != Mode::on_demand) continue;
            auto actions =
                on_demand_[live->stream.id].check(live->stream, live->figures, home_.now());
            if (!actions.empty()) wanted.emplace_back(key, std::move(actions));
        }
        for (auto& [key, actions] : wanted) co_await scale(key, std::move(actions));
        const bool go_on = co_await stop_.sleep_until(home_.now() + limits::on_demand_check_every);
        if (!go_on) co_return;
    }
}

io::Task<void> Streams::scale(StreamKey key, std::vector<Scaling> actions) {
    for (const Scaling& action : actions) {
        auto held = co_await turn(key);
        if (!held || held->stream().mode != Mode::on_demand) co_return;
        const Shard* shard = held->stream().find_shard(action.shard);
        if (!shard || !shard->is_open()) continue;
        const HashKey middle = shard->first_hash + (shard->last_hash - shard->first_hash) / 2 + 1;
        auto plan = action.merge_with
                        ? plan_merge(held->stream(), action.shard, *action.merge_with, home_.now())
                        : plan_split(held->stream(), action.shard, middle, home_.now());
        if (!plan) continue;
        auto done = co_await reshard(held->live(), std::move(*plan));
        if (!done)
            log_warn("stream", "could not scale",
                     {{"name", key.name}, {"reason", done.error().message()}});
    }
}

}  // namespace freshet::stream
