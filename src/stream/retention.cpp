#include "stream/retention.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {
namespace {

bool is_expired(const Stream& stream, const Shard& shard, Timestamp now) {
    return shard.closed && *shard.closed + std::chrono::hours(stream.retention_hours) <= now;
}

}  // namespace

io::Task<Result<>> Retention::set(StreamKey key, int hours, RetentionChange change) {
    auto held = co_await streams_.change(key);
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
    const bool increases = change == RetentionChange::increase;
    if (increases ? hours < stream.retention_hours : hours > stream.retention_hours) {
        co_return fail(
            Errc::invalid_argument,
            fmt::format("Requested retention period ({} hours) for stream {} can not be {} than "
                        "existing retention period ({} hours). Use {}RetentionPeriod API.",
                        hours, key.name, increases ? "shorter" : "longer", stream.retention_hours,
                        increases ? "Decrease" : "Increase"));
    }
    if (hours == stream.retention_hours) co_return Result<>();  // no change, and no UPDATING
    stream.retention_hours = hours;
    const std::int64_t id = stream.id;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (!saved) co_return saved;
    streams_.show_updating(held->live());
    auto trimmed = co_await trim_expired(id);
    co_return trimmed;
}

io::Task<void> Retention::keep() {
    while (true) {
        std::vector<std::int64_t> ids;
        for (const auto& [key, live] : streams_.all()) ids.push_back(live->stream.id);
        for (const std::int64_t id : ids) {
            auto trimmed = co_await trim_expired(id);
            if (trimmed) trimmed = co_await remove_expired(id);
            if (!trimmed)
                log_warn("stream", "retention failed",
                         {{"stream", id}, {"reason", trimmed.error().message()}});
        }
        const bool is_running =
            co_await loops_.stop.sleep_until(streams_.now() + limits::retention_check_every);
        if (!is_running) co_return;
    }
}

io::Task<Result<>> Retention::trim_expired(std::int64_t stream_id) {
    const auto live = streams_.find_id(stream_id);
    if (!live) co_return Result<>();
    const Timestamp before = streams_.now() - std::chrono::hours(live->stream.retention_hours);
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

/// Closed shards whose last record is older than the retention period are removed, files and all.
io::Task<Result<>> Retention::remove_expired(std::int64_t stream_id) {
    const auto known = streams_.find_id(stream_id);
    if (!known) co_return Result<>();
    const bool has_expired = std::ranges::any_of(known->stream.shards, [&](const Shard& shard) {
        return is_expired(known->stream, shard, streams_.now());
    });
    if (!has_expired && !known->unsettled) co_return Result<>();
    auto held = co_await streams_.turn(known->stream.key);
    if (!held || held->stream().id != stream_id) co_return Result<>();
    auto settled = co_await shards_.settle(held->live());
    if (!settled) co_return settled;
    std::vector<Shard> expired;
    for (const Shard& shard : held->stream().shards) {
        if (is_expired(held->stream(), shard, streams_.now())) expired.push_back(shard);
    }
    auto removed = co_await database_.write([&](meta::Txn& txn) -> Result<> {
        for (const Shard& shard : expired) {
            if (auto gone = store::remove_shard(txn, stream_id, shard); !gone) return gone;
        }
        return {};
    });
    if (!removed) co_return removed;
    drop_expired(held->live(), expired);
    co_await pool_.run([this, &expired] {
        for (const Shard& shard : expired) log_.drop(shard.partition);
    });
    co_return Result<>();
}

/// `expired` are no longer in the tables; the sums of the stream keep what they counted.
void Retention::drop_expired(Live& live, const std::vector<Shard>& expired) {
    Stream& stream = live.stream;
    const std::size_t open = stream.open.size();
    std::erase_if(stream.shards, [&](const Shard& shard) {
        return std::ranges::binary_search(expired, shard.index, {}, &Shard::index);
    });
    stream.index_open();
    FRESHET_CHECK(stream.open.size() == open);  // an open shard does not expire
    for (const Shard& shard : expired) {
        live.gone.add_counts(live.figures[shard.index]);
        live.figures.erase(shard.index);
        live.throttles.erase(shard.index);
    }
    fan_out_.forget(expired);
    fan_out_.forget_expired(stream);
}

}  // namespace freshet::stream
