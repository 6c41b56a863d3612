// Names: create, delete, find, list, tags, retention.
#include "stream/stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/sequence.h"
#include "stream/store.h"

namespace freshet {
const ErrorDomain& ErrorTraits<stream::Errc>::domain() {
    static const ErrorDomain domain{"stream"};
    return domain;
}
}  // namespace freshet

namespace freshet::stream {

Result<> Streams::load() {
    auto read = database_.read_now([&](const meta::Connection& connection) -> Result<> {
        auto streams = store::load(connection);
        if (!streams) return std::unexpected(std::move(streams.error()));
        for (Stream& stream : *streams) streams_.emplace(stream.key, std::move(stream));
        return {};
    });
    if (!read) return read;
    return database_.write_now([&](meta::Txn& txn) -> Result<> {
        auto key = store::iterator_key(txn);
        if (!key) return std::unexpected(std::move(key.error()));
        iterator_key_ = std::move(*key);
        return {};
    });
}

Result<const Stream*> Streams::find(const StreamKey& key) const {
    const auto found = streams_.find(key);
    if (found == streams_.end()) {
        return fail(Errc::not_found, fmt::format("Stream {} under account {} not found.", key.name, key.account));
    }
    return &found->second;
}

const Stream* Streams::find_id(std::int64_t id) const {
    const auto found = std::ranges::find_if(streams_, [id](const auto& entry) { return entry.second.id == id; });
    return found == streams_.end() ? nullptr : &found->second;
}

std::vector<const Stream*> Streams::list(const std::string& account, const std::string& region, const std::string& after) const {
    std::vector<const Stream*> found;
    for (auto at = streams_.upper_bound({account, region, after}); at != streams_.end(); ++at) {
        if (at->first.account != account || at->first.region != region) break;
        found.push_back(&at->second);
    }
    return found;
}

io::Task<Result<>> Streams::create(StreamKey key, NewStream wanted) {
    const auto in_use = [&key] { return fail(Errc::in_use, fmt::format("Stream {} under account {} already exists.", key.name, key.account)); };
    if (streams_.contains(key)) co_return in_use();
    const int count = wanted.mode == Mode::on_demand ? limits::on_demand_shards : wanted.shard_count.value_or(0);
    if (count < 1) co_return fail(Errc::invalid_argument, "ShardCount is required for a stream in PROVISIONED mode");
    if (count > limits::shards_per_create_max) {
        co_return fail(Errc::limit, fmt::format("This request would exceed the shard limit for the account {} in {}. Limit: {}. Number of "
                                                "additional shards that would have resulted from this request: {}.",
                                                key.account, key.region, limits::shards_per_create_max, count));
    }
    if (wanted.tags.size() > limits::tags_max) co_return fail(Errc::limit, fmt::format("A stream has at most {} tags", limits::tags_max));
    Stream stream;
    stream.key = key;
    stream.created = home_.now();
    stream.mode = wanted.mode;
    stream.record_kib_max = wanted.record_kib_max.value_or(limits::record_kib_default);
    stream.warm_throughput_mibps = wanted.warm_throughput_mibps;
    stream.tags = std::move(wanted.tags);
    std::uint32_t index = 0;
    for (const auto& [first, last] : even_ranges(count)) stream.shards.push_back({index++, first, last, {}, stream.created});
    auto saved = co_await database_.write([stream](meta::Txn& txn) mutable -> Result<Stream> {
        auto inserted = store::insert(txn, stream);
        if (!inserted) return std::unexpected(std::move(inserted.error()));
        return stream;
    });
    if (!saved && saved.error().is(meta::Errc::conflict)) co_return in_use();
    if (!saved) co_return std::unexpected(std::move(saved.error()));
    for (const Shard& shard : saved->shards) log_.add(shard.partition);
    streams_.emplace(key, std::move(*saved));
    log_info("stream", "created", {{"name", key.name}, {"shards", count}});
    co_return Result<>();
}

io::Task<Result<>> Streams::remove(StreamKey key) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    const Stream stream = **found;
    auto removed = co_await database_.write([stream](meta::Txn& txn) { return store::remove(txn, stream); });
    if (!removed) co_return removed;
    streams_.erase(key);
    co_await pool_.run([this, &stream] {
        for (const Shard& shard : stream.shards) log_.drop(shard.partition);
    });
    log_info("stream", "deleted", {{"name", key.name}});
    co_return Result<>();
}

io::Task<Result<>> Streams::save(Stream changed) {
    auto saved = co_await database_.write([&changed](meta::Txn& txn) { return store::update(txn, changed); });
    if (!saved) co_return saved;
    const auto found = streams_.find(changed.key);
    if (found != streams_.end() && found->second.id == changed.id) found->second = std::move(changed);
    co_return Result<>();
}

io::Task<Result<>> Streams::set_retention(StreamKey key, int hours, bool increase) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    Stream stream = **found;
    if (hours < limits::retention_hours_min || hours > limits::retention_hours_max) {
        co_return fail(Errc::invalid_argument,
                       fmt::format("{} retention period must be between {} and {} hours", increase ? "Maximum allowed" : "Minimum allowed",
                                   limits::retention_hours_min, limits::retention_hours_max));
    }
    if (increase ? hours < stream.retention_hours : hours > stream.retention_hours) {
        co_return fail(Errc::invalid_argument,
                       fmt::format("Requested retention period ({} hours) for stream {} can not be {} than existing retention period ({} hours)."
                                   " Use {}RetentionPeriod API.",
                                   hours, key.name, increase ? "shorter" : "longer", stream.retention_hours, increase ? "DecreaseStream" : "IncreaseStream"));
    }
    stream.retention_hours = hours;
    const std::int64_t id = stream.id;
    auto saved = co_await save(std::move(stream));
    if (!saved) co_return saved;
    auto trimmed = co_await trim_expired(id);
    co_return trimmed;
}

io::Task<Result<>> Streams::add_tags(StreamKey key, std::map<std::string, std::string> tags) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    Stream stream = **found;
    for (auto& [name, value] : tags) stream.tags[name] = value;
    if (stream.tags.size() > limits::tags_max) {
        co_return fail(Errc::invalid_argument, fmt::format("Failed to add tags to stream {} under account {} because a given stream cannot have more "
                                                           "than {} tags associated with it.", key.name, key.account, limits::tags_max));
    }
    auto saved = co_await save(std::move(stream));
    co_return saved;
}

io::Task<Result<>> Streams::remove_tags(StreamKey key, std::vector<std::string> names) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    Stream stream = **found;
    for (const auto& name : names) stream.tags.erase(name);
    auto saved = co_await save(std::move(stream));
    co_return saved;
}

std::string Streams::first_sequence_number(const Shard& shard) const {
    const std::int64_t created_s = to_epoch_ms(shard.created) / 1000;
    return make_sequence_number({created_s, 0, created_s, shard.index});
}

// --- retention

void Streams::start() { loops_.spawn(keep_retention()); }

io::Task<void> Streams::stop() {
    stop_.request();
    co_await loops_.join();
}

io::Task<void> Streams::keep_retention() {
    while (true) {
        std::vector<std::int64_t> ids;
        for (const auto& [key, stream] : streams_) ids.push_back(stream.id);
        for (const std::int64_t id : ids) {
            auto trimmed = co_await trim_expired(id);
            if (!trimmed) log_warn("stream", "retention failed", {{"stream", id}, {"reason", trimmed.error().message()}});
        }
        const bool go_on = co_await stop_.sleep_until(home_.now() + limits::retention_check_every);
        if (!go_on) co_return;
    }
}

io::Task<Result<>> Streams::trim_expired(std::int64_t stream_id) {
    const Stream* stream = find_id(stream_id);
    if (!stream) co_return Result<>();
    const Timestamp before = home_.now() - std::chrono::hours(stream->retention_hours);
    const std::vector<Shard> shards = stream->shards;
    auto trimmed = co_await pool_.run([this, shards, before]() -> Result<> {
        for (const Shard& shard : shards) {
            auto first = log_.find_time(shard.partition, before);
            if (!first && first.error().is(log::Errc::unknown_partition)) continue;  // deleted meanwhile
            if (!first) return std::unexpected(std::move(first.error()));
            if (auto done = log_.trim(shard.partition, *first); !done) return done;
        }
        return {};
    });
    co_return trimmed;
}

}  // namespace freshet::stream
