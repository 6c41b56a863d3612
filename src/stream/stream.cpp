// Names: create, delete, find, list, tags.
#include "stream/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/sequence.h"
#include "stream/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<stream::Errc>::domain() {
    static const ErrorDomain domain{"stream"};
    return domain;
}
}  // namespace freshet

namespace freshet::stream {

Streams::~Streams() = default;

Result<> Streams::load() {
    store::Loaded loaded;
    auto read = database_.read_now([&](const meta::Connection& connection) -> Result<> {
        auto found = store::load(connection);
        if (!found) return pass(found);
        loaded = std::move(*found);
        return {};
    });
    if (!read) return read;
    for (Stream& stream : loaded.streams) {
        const StreamKey key = stream.key;
        streams_.emplace(key, std::make_shared<Live>(home_, std::move(stream)));
    }
    for (auto& [owner, commitment] : loaded.commitments) commitments_[owner] = commitment;
    if (auto keys = load_keys(loaded.keys); !keys) return keys;
    for (const store::Unsettled& unsettled : loaded.unsettled) {
        if (auto recovered = recover_reshard(unsettled); !recovered) return recovered;
    }
    for (const auto& [key, live] : streams_) {
        // A clock that went back while the server was down must not put a child's records before
        // its parents'.
        for (const Shard& shard : live->stream.shards) {
            if (shard.parent && shard.is_open()) log_.hold_time(shard.partition, shard.opened);
        }
    }
    return database_.write_now([&](meta::Txn& txn) -> Result<> {
        auto key = store::iterator_key(txn);
        if (!key) return pass(key);
        iterator_key_ = std::move(*key);
        return {};
    });
}

std::shared_ptr<Live> Streams::live(const StreamKey& key) const {
    const auto found = streams_.find(key);
    return found == streams_.end() ? nullptr : found->second;
}

std::shared_ptr<Live> Streams::live_id(std::int64_t id) const {
    for (const auto& [key, live] : streams_) {
        if (live->stream.id == id) return live;
    }
    return nullptr;
}

Result<const Stream*> Streams::find(const StreamKey& key) const {
    const auto found = live(key);
    if (!found)
        return fail(Errc::not_found,
                    fmt::format("Stream {} under account {} not found.", key.name, key.account));
    return &found->stream;
}

bool Streams::is_cutting(const Stream& stream) const {
    const auto found = live(stream.key);
    return found && found->is_cutting;
}

io::Task<Result<Turn>> Streams::turn(StreamKey key) {
    while (true) {
        const auto found = live(key);
        if (!found)
            co_return fail(Errc::not_found, fmt::format("Stream {} under account {} not found.",
                                                        key.name, key.account));
        if (!found->is_busy) co_return Turn(found);
        co_await found->free.wait();
    }
}

std::vector<std::pair<const StreamKey&, const Stream&>> Streams::all() const {
    std::vector<std::pair<const StreamKey&, const Stream&>> streams;
    for (const auto& [key, live] : streams_) streams.emplace_back(key, live->stream);
    return streams;
}

std::vector<const Stream*> Streams::list(const std::string& account, const std::string& region,
                                         const std::string& after) const {
    std::vector<const Stream*> found;
    for (auto at = streams_.upper_bound({account, region, after}); at != streams_.end(); ++at) {
        if (at->first.account != account || at->first.region != region) break;
        found.push_back(&at->second->stream);
    }
    return found;
}

io::Task<Result<>> Streams::create(StreamKey key, NewStream wanted) {
    const auto in_use = [&key] {
        return fail(Errc::in_use, fmt::format("Stream {} under account {} already exists.",
                                              key.name, key.account));
    };
    if (streams_.contains(key)) co_return in_use();
    if (wanted.warm_throughput_mibps) {
        auto allowed = check_warm_throughput(key, wanted.mode, *wanted.warm_throughput_mibps);
        if (!allowed) co_return allowed;
    }
    if (wanted.mode == Mode::on_demand && wanted.shard_count)
        co_return fail(Errc::invalid_argument, "ShardCount is not for a stream in ON_DEMAND mode");
    const int warm =
        std::min<int>(wanted.warm_throughput_mibps.value_or(0), limits::on_demand_shards_max);
    const int count = wanted.mode == Mode::on_demand ? std::max(limits::on_demand_shards, warm)
                                                     : wanted.shard_count.value_or(0);
    if (count < 1)
        co_return fail(Errc::invalid_argument,
                       "ShardCount is required for a stream in PROVISIONED mode");
    auto within = check_shard_limit(key, static_cast<std::size_t>(count));
    if (!within) co_return within;
    if (count > limits::shards_per_create_max) {
        co_return fail(Errc::limit, fmt::format("A stream is made with at most {} shards, not {}",
                                                limits::shards_per_create_max, count));
    }
    if (wanted.tags.size() > limits::tags_max)
        co_return fail(Errc::limit, fmt::format("A stream has at most {} tags", limits::tags_max));
    Stream stream;
    stream.key = key;
    stream.created = home_.now();
    stream.mode = wanted.mode;
    stream.record_kib_max = wanted.record_kib_max.value_or(limits::record_kib_default);
    stream.warm_throughput_mibps = wanted.warm_throughput_mibps;
    stream.tags = std::move(wanted.tags);
    std::uint32_t index = 0;
    for (const auto& [first, last] : even_ranges(count)) {
        stream.shards.push_back({.index = index++,
                                 .first_hash = first,
                                 .last_hash = last,
                                 .created = stream.created - limits::first_shards_before,
                                 .opened = stream.created});
    }
    stream.index_open();
    auto saved = co_await database_.write([stream](meta::Txn& txn) mutable -> Result<Stream> {
        auto inserted = store::insert(txn, stream);
        if (!inserted) return pass(inserted);
        return stream;
    });
    if (!saved && saved.error().is(meta::Errc::conflict)) co_return in_use();
    if (!saved) co_return pass(saved);
    for (const Shard& shard : saved->shards) log_.add(shard.partition);
    streams_.emplace(key, std::make_shared<Live>(home_, std::move(*saved)));
    log_info("stream", "created", {{"name", key.name}, {"shards", count}});
    co_return Result<>();
}

std::string Streams::public_id(const Stream& stream) const {
    const std::string digest =
        to_hex(hmac_sha256(iterator_key_, fmt::format("stream {}", stream.id)));
    return digest.substr(0, 24);
}

std::string Streams::first_sequence_number(const Shard& shard) {
    const std::int64_t created_s = to_epoch_ms(shard.created) / 1000;
    return make_sequence_number({created_s, 0, created_s, shard.index});
}

std::string Streams::last_sequence_number(const Shard& shard) {
    return make_sequence_number({to_epoch_ms(shard.created) / 1000, last_ordinal,
                                 to_epoch_ms(*shard.closed) / 1000, shard.index});
}

void Streams::start() {
    loops_.spawn(keep_retention());
    loops_.spawn(keep_capacity());
    for (const auto& [key, live] : streams_) {
        if (live->stream.deleted)
            loops_.spawn(remove_at(key, live->stream.id, *live->stream.deleted));
    }
}

io::Task<void> Streams::stop() {
    stop_.request();
    co_await loops_.join();
}

}  // namespace freshet::stream
