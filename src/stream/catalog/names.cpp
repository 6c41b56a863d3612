// Names: create, delete, find, list.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "stream/catalog/catalog.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {
namespace {

Failure is_deleting(const StreamKey& key) {
    return fail(Errc::in_use,
                fmt::format("Stream {} under account {} not ACTIVE, instead in state {}", key.name,
                            key.home.account, word_of(Status::deleting)));
}

Stream new_stream(const StreamKey& key, NewStream wanted, int shard_count, Timestamp now) {
    Stream stream;
    stream.key = key;
    stream.created = now;
    stream.mode = wanted.mode;
    stream.record_kib_max = wanted.record_kib_max.value_or(limits::record_kib_default);
    stream.warm_throughput_mibps = wanted.warm_throughput_mibps;
    stream.tags = std::move(wanted.tags);
    std::uint32_t index = 0;
    for (const auto& [first, last] : even_ranges(shard_count)) {
        stream.shards.push_back({.index = index++,
                                 .first_hash = first,
                                 .last_hash = last,
                                 .created = now - limits::first_shards_before,
                                 .opened = now});
    }
    stream.index_open();
    FRESHET_CHECK(stream.covers_ring());  // every partition key has a shard
    return stream;
}

}  // namespace

void Catalog::start() {
    for (const auto& [key, live] : streams_.all()) {
        if (live->stream.deleted)
            loops_.scope.spawn(remove_at(key, live->stream.id, *live->stream.deleted));
    }
}

Result<const Stream*> Catalog::find(const StreamKey& key) const {
    const auto found = streams_.find(key);
    if (!found) return no_such_stream(key);
    return &found->stream;
}

std::vector<std::pair<const StreamKey&, const Stream&>> Catalog::all() const {
    std::vector<std::pair<const StreamKey&, const Stream&>> streams;
    for (const auto& [key, live] : streams_.all()) streams.emplace_back(key, live->stream);
    return streams;
}

std::vector<const Stream*> Catalog::list(const Home& home, const std::string& after) const {
    std::vector<const Stream*> found;
    const LiveStreams::ByKey& all = streams_.all();
    for (auto at = all.upper_bound({home, after}); at != all.end(); ++at) {
        if (at->first.home != home) break;
        found.push_back(&at->second->stream);
    }
    return found;
}

bool Catalog::shows_shards(const Stream& stream) const {
    const Options& options = streams_.options();
    const Timestamp at = stream.deleted ? *stream.deleted - options.deleting : streams_.now();
    return at >= stream.created + options.creating;
}

std::string Catalog::public_id(const Stream& stream) const {
    const std::string digest = to_hex(hmac_sha256(token_key_, fmt::format("stream {}", stream.id)));
    return digest.substr(0, 24);
}

/// How many shards the new stream begins with, when it may have them.
Result<int> Catalog::shard_count_of(const StreamKey& key, const NewStream& wanted) const {
    if (wanted.mode == Mode::on_demand && wanted.shard_count)
        return fail(Errc::invalid_argument, "ShardCount is not for a stream in ON_DEMAND mode");
    const int warm =
        std::min<int>(wanted.warm_throughput_mibps.value_or(0), limits::on_demand_shards_max);
    const int count = wanted.mode == Mode::on_demand ? std::max(limits::on_demand_shards, warm)
                                                     : wanted.shard_count.value_or(0);
    if (count < 1)
        return fail(Errc::invalid_argument,
                    "ShardCount is required for a stream in PROVISIONED mode");
    auto within = accounts_.check_shard_limit(key, static_cast<std::size_t>(count));
    if (!within) return pass(within);
    if (count > limits::shards_per_create_max)
        return fail(Errc::limit, fmt::format("A stream is made with at most {} shards, not {}",
                                             limits::shards_per_create_max, count));
    return count;
}

io::Task<Result<>> Catalog::create(StreamKey key, NewStream wanted) {
    const auto in_use = [&key] {
        return fail(Errc::in_use, fmt::format("Stream {} under account {} already exists.",
                                              key.name, key.home.account));
    };
    if (streams_.find(key)) co_return in_use();
    if (wanted.warm_throughput_mibps) {
        auto allowed =
            accounts_.check_warm_throughput(key, wanted.mode, *wanted.warm_throughput_mibps);
        if (!allowed) co_return allowed;
    }
    auto count = shard_count_of(key, wanted);
    if (!count) co_return pass(count);
    if (wanted.tags.size() > limits::tags_max)
        co_return fail(Errc::limit, fmt::format("A stream has at most {} tags", limits::tags_max));
    Stream stream = new_stream(key, std::move(wanted), *count, streams_.now());
    auto saved = co_await database_.write([stream](meta::Txn& txn) mutable -> Result<Stream> {
        auto inserted = store::insert(txn, stream);
        if (!inserted) return pass(inserted);
        return stream;
    });
    if (!saved && saved.error().is(meta::Errc::conflict)) co_return in_use();
    if (!saved) co_return pass(saved);
    for (const Shard& shard : saved->shards) log_.add(shard.partition);
    streams_.add(std::move(*saved));
    log_info("stream", "created", {{"name", key.name}, {"shards", *count}});
    co_return Result<>();
}

io::Task<Result<>> Catalog::remove(StreamKey key, bool takes_consumers) {
    auto held = co_await streams_.turn(key);
    if (!held) co_return pass(held);
    if (held->stream().deleted) co_return is_deleting(key);
    if (!held->stream().consumers.empty() && !takes_consumers)
        co_return fail(Errc::in_use,
                       fmt::format("Stream {} under account {} has registered consumers; set "
                                   "EnforceConsumerDeletion to delete them with it.",
                                   key.name, key.home.account));
    const Millis deleting = streams_.options().deleting;
    if (deleting == Millis{}) {
        auto removed = co_await remove_now(held->live());
        co_return removed;
    }
    Stream stream = held->stream();
    stream.deleted = streams_.now() + deleting;
    const Timestamp when = *stream.deleted;
    const std::int64_t id = stream.id;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (saved) loops_.scope.spawn(remove_at(key, id, when));
    co_return saved;
}

/// Deletes the stream at its time, and tries again when the disk refuses.
io::Task<void> Catalog::remove_at(StreamKey key, std::int64_t id, Timestamp when) {
    while (true) {
        const bool is_running = co_await loops_.stop.sleep_until(when);
        if (!is_running) co_return;
        auto held = co_await streams_.turn(key);
        if (!held || held->stream().id != id) co_return;
        auto removed = co_await remove_now(held->live());
        if (removed) co_return;
        log_warn("stream", "could not delete",
                 {{"name", key.name}, {"reason", removed.error().message()}});
        when = streams_.now() + limits::retention_check_every;
    }
}

/// The caller holds the stream's Turn. The tables come first: what a crash then leaves in the log
/// are partitions that no table names (log/unnamed.h).
io::Task<Result<>> Catalog::remove_now(Live& live) {
    auto settled = co_await shards_.settle(live);
    if (!settled) co_return settled;
    const Stream stream = live.stream;
    auto removed =
        co_await database_.write([&stream](meta::Txn& txn) { return store::remove(txn, stream); });
    if (!removed) co_return removed;
    streams_.forget(live);
    fan_out_.end(stream.id, no_such_stream(stream.key).error());
    fan_out_.forget(stream.shards);
    co_await pool_.run([this, &stream] {
        for (const Shard& shard : stream.shards) log_.drop(shard.partition);
    });
    log_info("stream", "deleted", {{"name", stream.key.name}});
    co_return Result<>();
}

}  // namespace freshet::stream
