// Puts: choose the shard by hash, append, and tell where each record went.
#include <fmt/format.h>

#include "stream/hash.h"
#include "stream/live/live.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

/// Stands for a batch: the record was throttled, and its place is the shard's index.
constexpr std::size_t nowhere = ~std::size_t{0};

/// The rim's words for what the log refused.
Error from_log(Error error) {
    if (error.is(log::Errc::overloaded))
        return Error(Errc::overloaded, std::move(error).within("put").message());
    if (error.is(log::Errc::too_large)) return Error(Errc::invalid_argument, error.message());
    return Error(Errc::storage, error.message());
}

}  // namespace

/// What goes to one shard of a put.
struct Streams::Share {
    std::uint32_t shard = 0;
    std::int64_t created_s = 0;
    std::size_t bytes = 0, records = 0;
};

io::Task<Result<std::vector<Placed>>> Streams::put(StreamKey key, std::vector<PutEntry> entries,
                                                   PutCall call) {
    const Timestamp began = home_.now();
    auto live = this->live(key);
    while (live && live->is_cutting) {  // the shards are being closed: wait for the new ones
        co_await live->cut.wait();
        live = this->live(key);
    }
    if (!live)
        co_return fail(Errc::not_found,
                       fmt::format("Stream {} under account {} not found.", key.name, key.account));
    std::vector<log::Append> batches;
    std::vector<Share> shares;                                // beside `batches`
    std::vector<std::pair<std::size_t, std::size_t>> places;  // batch, place in it
    if (auto usable = check_usable(live->stream); !usable) co_return pass(usable);
    const bool is_encrypted = live->stream.data_key != 0;
    auto shared = share_out(*live, entries, batches, shares, places);
    if (!shared) co_return pass(shared);
    // Nothing suspends between choosing the shards and the append: no cut comes in between.
    Result<std::vector<log::Appended>> appended;
    if (!batches.empty()) appended = co_await log_.append(std::move(batches));
    measure_put(*live, call, shares, places, appended.has_value(), began);
    if (!appended) co_return std::unexpected(from_log(std::move(appended.error())));
    std::vector<RecordNumbers> numbers;  // beside `shares`
    numbers.reserve(shares.size());
    for (std::size_t i = 0; i < shares.size(); ++i)
        numbers.emplace_back(shares[i].created_s, shares[i].shard, (*appended)[i].first,
                             (*appended)[i].time);
    std::vector<Placed> placed;
    placed.reserve(places.size());
    for (const auto& [batch, place] : places) {
        if (batch == nowhere) {
            placed.push_back({static_cast<std::uint32_t>(place), "", false, true});
            continue;
        }
        placed.push_back({shares[batch].shard, numbers[batch].next(), is_encrypted});
    }
    co_return placed;
}

Result<> Streams::share_out(Live& live, const std::vector<PutEntry>& entries,
                            std::vector<log::Append>& batches, std::vector<Share>& shares,
                            std::vector<std::pair<std::size_t, std::size_t>>& places) const {
    const Stream& stream = live.stream;
    const auto record_bytes_max = static_cast<std::size_t>(stream.record_kib_max) * 1024;
    std::vector<std::size_t> batch_of(stream.open.size(), nowhere);
    places.reserve(entries.size());
    // One buffer for the records of the whole request; it does not move, since it has room for all.
    auto plain = std::make_shared<std::string>();
    std::size_t plain_bytes = 0;
    for (const PutEntry& entry : entries)
        plain_bytes += encoded_bytes(entry.partition_key, entry.data.view());
    if (stream.data_key == 0) plain->reserve(plain_bytes);
    for (const PutEntry& entry : entries) {
        const std::size_t bytes = entry.partition_key.size() + entry.data.size();
        if (bytes > record_bytes_max) {
            return fail(
                Errc::invalid_argument,
                fmt::format("Record size is {} bytes, more than the {} KiB that stream {} takes",
                            bytes, stream.record_kib_max, stream.key.name));
        }
        const std::size_t place = stream.place_of(
            entry.explicit_hash ? *entry.explicit_hash : hash_of(entry.partition_key));
        const std::uint32_t index = stream.open_shard(place).index;
        if (options_.aws_limits && !throttle(live, index).take_write(bytes, home_.now())) {
            ++live.figures[index].writes_throttled;
            places.emplace_back(nowhere, index);
            continue;
        }
        std::size_t& batch = batch_of[place];
        if (batch == nowhere) {
            const Shard& shard = stream.open_shard(place);
            batch = batches.size();
            batches.push_back({shard.partition, {}, {}});
            shares.push_back({shard.index, to_epoch_ms(shard.created) / 1000});
        }
        places.emplace_back(batch, batches[batch].records.size());
        if (stream.data_key == 0) {
            const std::size_t from = plain->size();
            append_record(entry.partition_key, entry.data.view(), *plain);
            batches[batch].records.push_back(
                Bytes::share(plain, std::string_view(*plain).substr(from)));
        } else {
            auto record = encode(stream, entry.partition_key, entry.data.view());
            if (!record) return pass(record);
            batches[batch].records.push_back(std::move(*record));
        }
        shares[batch].bytes += bytes;
        ++shares[batch].records;
    }
    return {};
}

void Streams::measure_put(Live& live, PutCall call, const std::vector<Share>& shares,
                          const std::vector<std::pair<std::size_t, std::size_t>>& places,
                          bool is_kept, Timestamp began) const {
    Meter& meter = live.meter;
    const bool by_shard = live.measures_shards();
    std::size_t bytes = 0, records = 0, throttled = places.size();
    for (const Share& share : shares) {
        throttled -= share.records;
        if (!is_kept) continue;
        bytes += share.bytes;
        records += share.records;
        ShardFigures& figures = live.figures[share.shard];
        figures.bytes_in += share.bytes;
        figures.records_in += share.records;
        if (!by_shard) continue;
        meter.add(share.shard, Measure::incoming_bytes, share.bytes);
        meter.add(share.shard, Measure::incoming_records, share.records);
        meter.add(share.shard, Measure::writes_exceeded, 0);
    }
    if (by_shard && throttled > 0) {
        for (const auto& [batch, shard] : places)
            if (batch == nowhere)
                meter.add(static_cast<std::uint32_t>(shard), Measure::writes_exceeded, 1);
    }
    const auto took = static_cast<std::uint64_t>(std::max(home_.now() - began, 0ms).count());
    meter.add(Measure::writes_exceeded, throttled);
    if (records > 0) {
        meter.add(Measure::incoming_bytes, bytes);
        meter.add(Measure::incoming_records, records);
    }
    if (call == PutCall::record) {
        meter.add(Measure::put_record_success, records);
        meter.add(Measure::put_record_latency, took);
        if (records > 0) meter.add(Measure::put_record_bytes, bytes);
        return;
    }
    meter.add(Measure::put_records_success, records > 0);
    meter.add(Measure::put_records_latency, took);
    meter.add(Measure::put_records_total, places.size());
    meter.add(Measure::put_records_successful, records);
    meter.add(Measure::put_records_throttled, throttled);
    meter.add(Measure::put_records_failed, places.size() - records - throttled);
    if (records > 0) meter.add(Measure::put_records_bytes, bytes);
}

}  // namespace freshet::stream
