#include "console/streams/topics.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text/arn.h"
#include "console/json_writer.h"
#include "console/limits.h"
#include "console/overview.h"
#include "console/streams/followers.h"
#include "stream/hash.h"
#include "stream/sequence.h"

namespace freshet::console {
namespace {

/// In the order of ShardCounts.
constexpr const char* stream_counters[] = {"records",   "bytes",     "records out",
                                           "bytes out", "throttled", "reads throttled"};

void write_head(JsonWriter& json, const Parts& parts, const stream::Stream& stream,
                const ShardCounts& total) {
    json.member("name", stream.key.name)
        .member("status", word_of(parts.streams.catalog().status(stream)));
    json.member("mode", stream.mode == stream::Mode::on_demand ? "ON_DEMAND" : "PROVISIONED");
    json.member("created_ms", to_epoch_ms(stream.created));
    json.member("retention_hours", stream.retention_hours);
    json.member("encryption", stream.key_id);
    json.member("open", static_cast<std::int64_t>(stream.open.size()));
    json.member("closed", static_cast<std::int64_t>(stream.shards.size() - stream.open.size()));
    json.member("consumers", static_cast<std::int64_t>(stream.consumers.size()));
    json.key("rates").open('[');
    for (const double rate : total) json.real(rate);
    json.close(']');
}

/// Of a stream that nobody watches shard by shard.
ShardCounts rates_of(const Rates& rates, const stream::StreamKey& key) {
    ShardCounts total{};
    for (std::size_t i = 0; i < total.size(); ++i)
        total[i] = rates.rate(counter_id(stream_counters[i], "stream", key.home, key.name));
    return total;
}

/// The sum of what its table of shards says.
ShardCounts rates_of(const ShardRates& rates, const stream::Stream& stream) {
    ShardCounts total{};
    for (const stream::Shard& shard : stream.shards) {
        const ShardCounts one = rates.rate(stream.id, shard.index);
        for (std::size_t i = 0; i < total.size(); ++i) total[i] += one[i];
    }
    return total;
}

void write_shard(JsonWriter& json, const Parts& parts, const stream::Stream& stream,
                 const stream::Shard& shard, const ShardCounts& rates) {
    json.open('{')
        .member("id", stream::shard_name(shard.index))
        .key("open")
        .boolean(shard.is_open());
    json.member("first_hash", stream::to_decimal(shard.first_hash));
    json.member("last_hash", stream::to_decimal(shard.last_hash));
    json.key("parents").open('[');
    for (const auto& parent : {shard.parent, shard.adjacent_parent}) {
        if (parent) json.text(std::string_view(stream::shard_name(*parent)));
    }
    json.close(']').member("opened_ms", to_epoch_ms(shard.opened));
    if (shard.closed) {
        json.member("closed_ms", to_epoch_ms(*shard.closed));
        json.member("last_sequence", stream::last_sequence_number(shard));
    }
    json.member("first_sequence", stream::first_sequence_number(shard));
    const stream::Unread kept = parts.streams.watch().unread(shard, 0);
    json.member("records", static_cast<std::int64_t>(kept.end));
    json.member("kept", static_cast<std::int64_t>(kept.size()));
    if (const auto tail = parts.streams.log().tail(shard.partition); tail && kept.size() > 0)
        json.member("last_arrival_ms", to_epoch_ms(tail->last_time));
    const auto figures = parts.streams.watch().shard_figures(stream.key, shard.index);
    json.member("throttled",
                static_cast<std::int64_t>(figures.writes_throttled + figures.reads_throttled));
    json.key("rates").open('[');
    for (const double rate : rates) json.real(rate);
    json.close(']').close('}');
}

/// By index; where there are too many, the open ones and the last that were closed.
std::vector<const stream::Shard*> shown_shards(const stream::Stream& stream) {
    std::vector<const stream::Shard*> shown;
    for (const bool is_open : {true, false}) {
        for (auto shard = stream.shards.rbegin(); shard != stream.shards.rend(); ++shard) {
            if (shard->is_open() == is_open && shown.size() < limits::shards_shown_max)
                shown.push_back(&*shard);
        }
    }
    std::ranges::sort(shown, {}, &stream::Shard::index);
    return shown;
}

void write_age(JsonWriter& json, std::string_view name, const std::optional<Millis>& age) {
    if (age) json.member(name, age->count());
}

void write_follower(JsonWriter& json, const stream::Stream& stream, const Follower& follower) {
    std::uint64_t records = 0;
    std::optional<Millis> age;
    std::vector<const ReaderPlace*> shown;
    for (const ReaderPlace& place : follower.places) {
        records += place.lag.records;
        if (place.lag.age && (!age || *age < *place.lag.age)) age = place.lag.age;
        const stream::Shard* shard = stream.find_shard(place.shard);
        // A closed shard that was read to its end is done with.
        if (shard && (shard->is_open() || place.lag.records > 0)) shown.push_back(&place);
    }
    json.open('{').member("kind", follower.kind).member("name", follower.name);
    json.member("state", follower.state).member("records", static_cast<std::int64_t>(records));
    write_age(json, "age_ms", age);
    if (!follower.trouble.empty()) json.member("trouble", follower.trouble);
    if (follower.kind == "delivery")
        json.member("waiting_bytes", static_cast<std::int64_t>(follower.waiting_bytes));
    write_age(json, "oldest_waiting_ms", follower.oldest_waiting);
    if (shown.size() > limits::reader_places_shown_max) {
        std::ranges::sort(shown, std::greater<>(),
                          [](const ReaderPlace* one) { return one->lag.records; });
        shown.resize(limits::reader_places_shown_max);
    }
    json.key("shards").open('[');
    for (const ReaderPlace* place : shown) {
        json.open('{').member("id", stream::shard_name(place->shard)).member("state", place->state);
        json.member("records", static_cast<std::int64_t>(place->lag.records));
        write_age(json, "age_ms", place->lag.age);
        write_age(json, "told_age_ms", place->answered_age);
        if (place->since) json.member("since_ms", to_epoch_ms(*place->since));
        json.close('}');
    }
    json.close(']').close('}');
}

void sample_stream(const Parts& parts, const stream::Stream& stream, ShardRates& rates) {
    const Timestamp now = parts.home.now();
    for (const stream::Shard& shard : stream.shards) {
        const stream::ShardFigures figures =
            parts.streams.watch().shard_figures(stream.key, shard.index);
        const ShardCounts counts{static_cast<double>(parts.streams.watch().unread(shard, 0).end),
                                 static_cast<double>(figures.bytes_in),
                                 static_cast<double>(figures.records_out),
                                 static_cast<double>(figures.bytes_out),
                                 static_cast<double>(figures.writes_throttled),
                                 static_cast<double>(figures.reads_throttled)};
        rates.note(stream.id, shard.index, now, counts);
    }
}

}  // namespace

void sample_shards(const Parts& parts, ShardRates& shard_rates) {
    for (const auto& [key, last] : shard_rates.watched()) {
        if (const auto found = parts.streams.catalog().find(key))
            sample_stream(parts, **found, shard_rates);
    }
    shard_rates.forget(parts.home.now() - limits::unwatched_after);
}

Bytes streams_json(const Parts& parts, const Rates& rates, const Home& home) {
    JsonWriter json;
    json.open('{').member("now_ms", to_epoch_ms(parts.home.now())).key("streams").open('[');
    const auto all = parts.streams.catalog().list(home, "");
    for (std::size_t i = 0; i < std::min(all.size(), limits::sampled_streams_max); ++i) {
        json.open('{');
        write_head(json, parts, *all[i], rates_of(rates, all[i]->key));
        json.close('}');
    }
    json.close(']').member("total", static_cast<std::int64_t>(all.size()));
    return json.close('}').take();
}

io::Task<Bytes> stream_json(const Parts& parts, const Rates& rates, ShardRates& shard_rates,
                            Home home, std::string name) {
    const stream::StreamKey key{home, name};
    JsonWriter json;
    json.open('{');
    co_await parts.applications.look_at_runs();
    auto found = parts.streams.catalog().find(key);
    if (!found) {
        json.member("error", found.error().message());
        co_return json.close('}').take();
    }
    const stream::Stream stream =
        **found;  // the answer shows one moment, though measuring takes some
    if (shard_rates.watch(key, parts.home.now())) sample_stream(parts, stream, shard_rates);
    std::vector<Follower> followers = followers_of(parts, stream);
    co_await measure(parts.streams, stream, followers);
    json.member("now_ms", to_epoch_ms(parts.home.now()));
    write_head(json, parts, stream, rates_of(shard_rates, stream));
    json.member("arn", arn_text("kinesis", key, "stream/"));
    json.member("record_kib_max", stream.record_kib_max);
    const std::string id = counter_id("records", "stream", key.home, key.name);
    json.key("history").open('[');
    for (const auto& [at, rate] : rates.curve(id))
        json.open('[').integer(to_epoch_ms(at)).real(rate).close(']');
    json.close(']').key("shards").open('[');
    for (const stream::Shard* shard : shown_shards(stream))
        write_shard(json, parts, stream, *shard, shard_rates.rate(stream.id, shard->index));
    json.close(']').key("followers").open('[');
    for (const Follower& follower : followers) write_follower(json, stream, follower);
    json.close(']');
    co_return json.close('}').take();
}

}  // namespace freshet::console
