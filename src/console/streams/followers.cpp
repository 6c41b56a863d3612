#include "console/streams/followers.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/arn.h"
#include "console/limits.h"

namespace freshet::console {
namespace {

/// Whether a sibling's name for a stream is that of `key`.
template <class Kind>
bool is_of(const ResourceName<Kind>& name, const stream::StreamKey& key) {
    return name.home == key.home && name.name == key.name;
}

bool names_stream(std::string_view arn, const stream::StreamKey& key) {
    return freshet::name_in_arn<stream::Stream>(arn, "stream/") == key;
}

const stream::Shard* shard_of(const stream::Stream& stream, std::uint64_t partition) {
    const auto found = std::ranges::find_if(
        stream.shards, [&](const stream::Shard& shard) { return *shard.partition == partition; });
    return found == stream.shards.end() ? nullptr : &*found;
}

void add_fan_out(const Parts& parts, const stream::Stream& stream, std::vector<Follower>& all) {
    const std::vector<stream::Followed> followed = parts.streams.fan_out().followed(stream);
    for (const auto& [name, consumer] : stream.consumers) {
        Follower follower{"fan-out", name,
                          parts.streams.fan_out().is_creating(consumer) ? "CREATING" : "ACTIVE"};
        for (const stream::Followed& one : followed) {
            if (one.consumer == consumer.id)
                follower.places.push_back(
                    {one.shard, one.next, one.is_active ? "ACTIVE" : "IDLE", one.started});
        }
        all.push_back(std::move(follower));
    }
}

void add_deliveries(const Parts& parts, const stream::Stream& stream, std::vector<Follower>& all) {
    for (const delivery::DeliveryKey& key : parts.deliveries.keys()) {
        const auto found = parts.deliveries.find(key);
        if (!found || !(*found)->source || !is_of((*found)->source->stream, stream.key)) continue;
        const auto figures = parts.deliveries.figures(key).value_or(delivery::Figures{});
        Follower follower{"delivery", key.name, figures.trouble.empty() ? "ACTIVE" : "FAILING",
                          figures.trouble, figures.waiting_bytes};
        if (figures.oldest_waiting)
            follower.oldest_waiting = std::max(parts.home.now() - *figures.oldest_waiting, 0ms);
        const auto places = parts.deliveries.places(key);
        for (const stream::Shard& shard : stream.shards) {
            if (*shard.partition == 0) continue;
            const auto place = places.find(*shard.partition);
            const log::Ordinal next = place == places.end() ? 0 : place->second.read;
            follower.places.push_back({shard.index, next, "ACTIVE"});
        }
        all.push_back(std::move(follower));
    }
}

void add_applications(const Parts& parts, const stream::Stream& stream,
                      std::vector<Follower>& all) {
    for (const auto& [key, one] : parts.applications.all()) {
        const bool reads = std::ranges::any_of(one.inputs, [&](const analytics::Input& input) {
            return names_stream(input.stream_arn, stream.key);
        });
        if (!reads) continue;
        const analytics::Figures figures = parts.applications.figures(key);
        const std::string trouble = figures.trouble.empty() ? figures.advice : figures.trouble;
        const char* state = one.status != analytics::Status::running ? "READY"
                            : trouble.empty()                        ? "RUNNING"
                                                                     : "FAILING";
        Follower follower{"application", key.name, state, trouble};
        for (const auto& [partition, next] : parts.applications.places(key)) {
            if (const stream::Shard* shard = shard_of(stream, partition))
                follower.places.push_back({shard->index, next, "ACTIVE"});
        }
        std::ranges::sort(follower.places, {}, &ReaderPlace::shard);
        all.push_back(std::move(follower));
    }
}

void add_shared(const Parts& parts, const stream::Stream& stream, std::vector<Follower>& all) {
    Follower follower{"shared", "GetRecords", "IDLE"};
    const Timestamp now = parts.home.now();
    for (const stream::Shard& shard : stream.shards) {
        const stream::ShardFigures figures =
            parts.streams.watch().shard_figures(stream.key, shard.index);
        if (figures.reads == 0) continue;
        const bool is_active = now - figures.last_read < limits::idle_after;
        if (is_active) follower.state = "ACTIVE";
        follower.places.push_back({shard.index, figures.read_next, is_active ? "ACTIVE" : "IDLE",
                                   figures.last_read,
                                   Millis(static_cast<std::int64_t>(figures.iterator_age_ms))});
    }
    if (!follower.places.empty()) all.push_back(std::move(follower));
}

}  // namespace

std::vector<Follower> followers_of(const Parts& parts, const stream::Stream& stream) {
    std::vector<Follower> all;
    add_fan_out(parts, stream, all);
    add_deliveries(parts, stream, all);
    add_applications(parts, stream, all);
    add_shared(parts, stream, all);
    return all;
}

io::Task<void> measure(stream::Streams& streams, const stream::Stream& stream,
                       std::vector<Follower>& followers) {
    std::size_t looks = 0;
    for (Follower& follower : followers) {
        for (ReaderPlace& place : follower.places) {
            const stream::Shard* shard = stream.find_shard(place.shard);
            if (!shard) continue;
            place.lag.records = streams.watch().unread(*shard, place.next).size();
            // Each age is a look into the log.
            if (place.lag.records == 0 || ++looks > limits::lag_looks_max) continue;
            place.lag = co_await streams.watch().lag(*shard, place.next);
        }
    }
}

}  // namespace freshet::console
