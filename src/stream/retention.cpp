// How long records are kept: the retention period, the loop that trims, and the end of closed
// shards.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/stream.h"

namespace freshet::stream {

io::Task<Result<>> Streams::set_retention(StreamKey key, int hours, bool increase) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    const bool is_short = hours < limits::retention_hours_min;
    if (is_short || hours > limits::retention_hours_max) {
        co_return fail(
            Errc::invalid_argument,
            fmt::format("{} allowed retention period is {} hours. Requested retention "
                        "period ({} hours) is too {}.",
                        is_short ? "Minimum" : "Maximum",
                        is_short ? limits::retention_hours_min : limits::retention_hours_max, hours,
                        is_short ? "short" : "long"));
    }
    if (increase ? hours < stream.retention_hours : hours > stream.retention_hours) {
        co_return fail(
            Errc::invalid_argument,
            fmt::format("Requested retention period ({} hours) for stream {} can not be {} than "
                        "existing retention period ({} hours). Use {}RetentionPeriod API.",
                        hours, key.name, increase ? "shorter" : "longer", stream.retention_hours,
                        increase ? "Decrease" : "Increase"));
    }
    if (hours == stream.retention_hours) co_return Result<>();  // no change, and no UPDATING
    stream.retention_hours = hours;
    const std::int64_t id = stream.id;
    auto saved = co_await save(held->live(), std::move(stream));
    if (!saved) co_return saved;
    show_updating(held->live());
    auto trimmed = co_await trim_expired(id);
    co_return trimmed;
}

io::Task<void> Streams::keep_retention() {
    while (true) {
        std::vector<std::int64_t> ids;
        for (const auto& [key, live] : streams_) ids.push_back(live->stream.id);
        for (const std::int64_t id : ids) {
            auto trimmed = co_await trim_expired(id);
            if (trimmed) trimmed = co_await remove_expired(id);
            if (!trimmed)
                log_warn("stream", "retention failed",
                         {{"stream", id}, {"reason", trimmed.error().message()}});
        }
        const bool go_on = co_await stop_.sleep_until(home_.now() + limits::retention_check_every);
        if (!go_on) co_return;
    }
}

io::Task<Result<>> Streams::trim_expired(std::int64_t stream_id) {
    const auto live = live_id(stream_id);
    if (!live) co_return Result<>();
    const Timestamp before = home_.now() - std::chrono::hours(live->stream.retention_hours);
    const std::vector<Shard> shards = live->stream.shards;
    auto trimmed = co_await pool_.run([this, shards, before]() -> Result<> {
        for (const Shard& shard : shards) {
            if (*shard.partition == 0) continue;
            auto first = log_.find_time(shard.partition, before);
            if (!first && first.error().is(log::Errc::unknown_partition))
                continue;  // deleted meanwhile
            if (!first) return pass(first);
            if (auto done = log_.trim(shard.partition, *first); !done) return done;
        }
        return {};
    });
    co_return trimmed;
}

/// Closed shards whose last record is older than the retention period are gone, files and all.
io::Task<Result<>> Streams::remove_expired(std::int64_t stream_id) {
    const auto known = live_id(stream_id);
    if (!known) co_return Result<>();
    const auto is_expired = [this](const Stream& stream, const Shard& shard) {
        return shard.closed &&
               *shard.closed + std::chrono::hours(stream.retention_hours) <= home_.now();
    };
    const bool any = std::ranges::any_of(
        known->stream.shards, [&](const Shard& shard) { return is_expired(known->stream, shard); });
    if (!any && !known->unsettled) co_return Result<>();
    auto held = co_await turn(known->stream.key);
    if (!held || held->stream().id != stream_id) co_return Result<>();
    auto settled = co_await settle(held->live());
    if (!settled) co_return settled;
    std::vector<Shard> expired;
    for (const Shard& shard : held->stream().shards) {
        if (is_expired(held->stream(), shard)) expired.push_back(shard);
    }
    auto removed = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        for (const Shard& shard : expired) {
            if (auto gone = store::remove_shard(txn, stream_id, shard); !gone) return gone;
        }
        return {};
    });
    if (!removed) co_return removed;
    Stream& stream = held->stream();
    std::erase_if(stream.shards, [&](const Shard& shard) {
        return std::ranges::binary_search(expired, shard.index, {}, &Shard::index);
    });
    stream.index_open();
    for (const Shard& shard : expired) {
        held->live().gone.add_counts(held->live().figures[shard.index]);
        held->live().figures.erase(shard.index);
        held->live().throttles.erase(shard.index);
        fan_out_cache_.forget(shard.partition);
    }
    std::erase_if(subscriptions_, [&](const auto& one) {
        return one.first.stream == stream_id && !stream.find_shard(one.first.shard);
    });
    co_await pool_.run([this, &expired] {
        for (const Shard& shard : expired) log_.drop(shard.partition);
    });
    co_return Result<>();
}

}  // namespace freshet::stream
