// Puts: choose the shard by hash, append, and tell where each record went.
#include <fmt/format.h>

#include "log/frame.h"
#include "stream/hash.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

constexpr char record_version = 1;
constexpr std::size_t record_header_bytes = 3;  // version, length of the partition key

/// The rim's words for what the log refused.
Error from_log(Error error) {
    if (error.is(log::Errc::overloaded)) return Error(Errc::overloaded, std::move(error).within("put").message());
    if (error.is(log::Errc::too_large)) return Error(Errc::invalid_argument, error.message());
    return Error(Errc::storage, error.message());
}

}  // namespace

Bytes encode_record(std::string_view partition_key, std::string_view data) {
    std::string payload;
    payload.reserve(record_header_bytes + partition_key.size() + data.size());
    payload += record_version;
    log::put_number(payload, static_cast<std::uint16_t>(partition_key.size()));
    payload.append(partition_key).append(data);
    return Bytes::own(std::move(payload));
}

Result<LogRecord> decode_record(const Bytes& payload) {
    const std::string_view view = payload.view();
    const std::size_t key_size = view.size() >= record_header_bytes ? log::get_number<std::uint16_t>(view, 1) : 0;
    if (view.size() < record_header_bytes + key_size || view[0] != record_version) {
        return fail(freshet::Errc::corrupt, "a stream record in the log is not one");
    }
    return LogRecord{view.substr(record_header_bytes, key_size), payload.slice(record_header_bytes + key_size)};
}

io::Task<Result<std::vector<Placed>>> Streams::put(StreamKey key, std::vector<PutEntry> entries) {
    auto found = find(key);
    if (!found) co_return std::unexpected(std::move(found.error()));
    const Stream& stream = **found;
    const auto record_bytes_max = static_cast<std::size_t>(stream.record_kib_max) * 1024;
    std::vector<log::Append> batches(stream.shards.size());
    std::vector<std::pair<std::size_t, std::size_t>> places;  // shard, place in its batch
    for (const PutEntry& entry : entries) {
        if (entry.partition_key.size() + entry.data.size() > record_bytes_max) {
            co_return fail(Errc::invalid_argument, fmt::format("Record size is {} bytes, more than the {} KiB that stream {} takes",
                                                               entry.partition_key.size() + entry.data.size(), stream.record_kib_max, key.name));
        }
        const HashKey hash = entry.explicit_hash ? *entry.explicit_hash : hash_of(entry.partition_key);
        const std::size_t shard = static_cast<std::size_t>(&shard_of(stream.shards, hash) - stream.shards.data());
        places.emplace_back(shard, batches[shard].records.size());
        batches[shard].records.push_back(encode_record(entry.partition_key, entry.data.view()));
    }
    std::vector<Shard> shards = stream.shards;  // the stream may be gone after the wait
    std::vector<std::size_t> slot(shards.size());
    std::vector<log::Append> wanted;
    for (std::size_t i = 0; i < batches.size(); ++i) {
        if (batches[i].records.empty()) continue;
        batches[i].partition = shards[i].partition;
        slot[i] = wanted.size();
        wanted.push_back(std::move(batches[i]));
    }
    auto appended = co_await log_.append(std::move(wanted));
    if (!appended) co_return std::unexpected(from_log(std::move(appended.error())));
    std::vector<Placed> placed;
    placed.reserve(places.size());
    for (const auto& [shard, place] : places) {
        const log::Appended& at = (*appended)[slot[shard]];
        placed.push_back({shards[shard].index, make_sequence_number({to_epoch_ms(shards[shard].created) / 1000, at.first + place,
                                                                     to_epoch_ms(at.time) / 1000, shards[shard].index})});
    }
    co_return placed;
}

}  // namespace freshet::stream
