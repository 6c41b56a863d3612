// The three steps of a reshard (shards.h), and what a start does about one that a crash cut short.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "io/faults/failpoint.h"
#include "stream/records/record.h"
#include "stream/shards/shards.h"
#include "stream/store.h"

namespace freshet::stream {
namespace {

/// What the cut makes of the shards: `closed` with their ends, `born` with their beginnings.
Live::Cut made_by(const Stream& stream, const ReshardPlan& plan,
                  const std::vector<log::Ordinal>& ends, Timestamp at) {
    FRESHET_CHECK(ends.size() == plan.closing.size());  // all of them are closed, or none
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

/// The stream as it is from the cut on.
void apply(Stream& stream, const Live::Cut& cut) {
    for (const Shard& shard : cut.closed) {
        Shard* const open = stream.find_shard(shard.index);
        FRESHET_CHECK(open && open->is_open());  // a shard closes once
        FRESHET_CHECK(!shard.is_open());
        *open = shard;
    }
    for (const Shard& shard : cut.born) {
        FRESHET_CHECK(shard.index > stream.shards.back().index);  // no index is given twice
        FRESHET_CHECK(shard.parent);                              // readers come from a parent
        stream.shards.push_back(shard);
    }
    stream.index_open();
    FRESHET_CHECK(stream.covers_ring());  // every partition key has a shard, before and after
}

}  // namespace

bool Shards::is_cutting(const Stream& stream) const {
    const auto found = streams_.find(stream.key);
    return found && found->is_cutting;
}

void Shards::hold_times() {
    for (const auto& [key, live] : streams_.all()) {
        for (const Shard& shard : live->stream.shards) {
            if (shard.parent && shard.is_open()) log_.hold_time(shard.partition, shard.opened);
        }
    }
}

/// The caller holds the stream's Turn.
io::Task<Result<>> Shards::reshard(Live& live, ReshardPlan plan) {
    if (plan.is_empty()) co_return Result<>();
    auto settled = co_await settle(live);  // the cut before, if the disk refused it then
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

io::Task<Result<>> Shards::cut(Live& live, const ReshardPlan& plan) {
    FRESHET_CHECK(live.is_busy);  // by the caller's Turn
    FRESHET_CHECK(!live.is_cutting);
    FRESHET_CHECK(!live.unsettled);  // the cut before is in the tables: its ends are not lost
    std::vector<log::Append> appends;
    for (const std::uint32_t index : plan.closing)
        appends.push_back({live.stream.find_shard(index)->partition, {closing_record()}, {}});
    live.is_cutting = true;
    auto appended = co_await log_.append(std::move(appends));
    Result<> done;
    if (appended) {
        Timestamp at = streams_.now();
        std::vector<log::Ordinal> ends;
        for (const log::Appended& one : *appended) {
            at = std::max(at, one.time);
            ends.push_back(one.first);
        }
        // Readers were promised that nothing earlier comes from the closed shards: it holds for the
        // new ones, too.
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
    if (done) streams_.show_updating(live);
    live.is_cutting = false;
    live.cut.notify();
    co_return done;
}

io::Task<Result<>> Shards::settle(Live& live) {
    if (!live.unsettled) co_return Result<>();
    const std::int64_t id = live.stream.id;
    const Live::Cut& cut = *live.unsettled;
    auto settled = co_await database_.write(
        [&](meta::Txn& txn) { return store::settle_reshard(txn, id, cut.closed, cut.born); });
    if (settled) live.unsettled.reset();
    co_return settled;
}

io::Task<void> Shards::discard(Live& live, std::vector<Born> born) {
    const std::int64_t id = live.stream.id;
    auto discarded = co_await database_.write(
        [&](meta::Txn& txn) { return store::discard_reshard(txn, id, born); });
    if (!discarded)  // the next start discards it: there is no closing record
        log_warn("stream", "the shards of a refused reshard are still in the tables",
                 {{"name", live.stream.key.name}, {"reason", discarded.error().message()}});
    co_await pool_.run([&] {
        for (const Born& one : born) log_.drop(one.shard.partition);
    });
}

Result<> Shards::recover(const store::Unsettled& unsettled) {
    const auto live = streams_.find_id(unsettled.stream);
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

}  // namespace freshet::stream
