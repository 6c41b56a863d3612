// Puts: choose the shard of each entry by its hash, append, and answer where each record went.
#include <fmt/format.h>

#include <optional>

#include "base/check.h"
#include "stream/hash.h"
#include "stream/records/records.h"
#include "stream/sequence.h"

namespace freshet::stream {
namespace {

/// What goes to one shard: one batch of the append.
struct Share {
    std::uint32_t shard = 0;
    std::int64_t created_s = 0;  ///< of the shard
    std::size_t bytes = 0, records = 0;
};

/// Where one entry goes: into the shard's share, or nowhere, since the shard is throttled.
struct Destination {
    std::uint32_t shard = 0;
    std::optional<std::uint32_t> share;

    bool is_throttled() const { return !share; }
};

/// A put, shared out over the open shards.
struct PutPlan {
    std::vector<log::Append> batches;
    std::vector<Share> shares;              ///< beside `batches`
    std::vector<Destination> destinations;  ///< beside the entries
};

/// The service's error for what the log refused.
Error from_log(Error error) {
    if (error.is(log::Errc::overloaded))
        return Error(Errc::overloaded, std::move(error).within("put").message());
    if (error.is(log::Errc::too_large)) return Error(Errc::invalid_argument, error.message());
    return Error(Errc::storage, error.message());
}

Failure record_too_large(const Stream& stream, std::size_t bytes) {
    return fail(Errc::invalid_argument,
                fmt::format("Record size is {} bytes, more than the {} KiB that stream {} takes",
                            bytes, stream.record_kib_max, stream.key.name));
}

/// One buffer for the plain records of a whole put. It never moves, since it has room for all.
class PlainRecords {
  public:
    explicit PlainRecords(const std::vector<PutEntry>& entries)
        : text_(std::make_shared<std::string>()) {
        std::size_t bytes = 0;
        for (const PutEntry& entry : entries)
            bytes += encoded_bytes(entry.partition_key, entry.data.view());
        text_->reserve(bytes);
    }
    Bytes add(const PutEntry& entry) {
        const std::size_t from = text_->size();
        FRESHET_CHECK(from + encoded_bytes(entry.partition_key, entry.data.view()) <=
                      text_->capacity());  // records before it are slices of this memory
        append_record(entry.partition_key, entry.data.view(), *text_);
        return Bytes::share(text_, std::string_view(*text_).substr(from));
    }

  private:
    std::shared_ptr<std::string> text_;
};

/// Beside `entries`.
std::vector<HashKey> hashes_of_keys(const std::vector<PutEntry>& entries) {
    if (entries.size() == 1) return {hash_of(entries.front().partition_key)};
    std::vector<std::string_view> keys;
    keys.reserve(entries.size());
    for (const PutEntry& entry : entries) keys.push_back(entry.partition_key);
    return hashes_of(keys);
}

Result<PutPlan> share_out(Live& live, const std::vector<PutEntry>& entries,
                          const Encryption& encryption, const LiveStreams& streams) {
    const Stream& stream = live.stream;
    const bool wants_throttle = streams.options().has_aws_limits;
    const auto record_bytes_max = static_cast<std::size_t>(stream.record_kib_max) * 1024;
    PutPlan plan;
    plan.destinations.reserve(entries.size());
    std::vector<std::optional<std::uint32_t>> share_of(stream.open.size());
    std::optional<PlainRecords> plain;
    if (stream.data_key == 0) plain.emplace(entries);
    const std::vector<HashKey> hashes = hashes_of_keys(entries);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const PutEntry& entry = entries[i];
        const std::size_t bytes = entry.partition_key.size() + entry.data.size();
        if (bytes > record_bytes_max) return record_too_large(stream, bytes);
        const std::size_t place = stream.place_of(entry.explicit_hash.value_or(hashes[i]));
        const Shard& shard = stream.open_shard(place);
        if (wants_throttle &&
            !live.throttle(shard.index, streams.now()).take_write(bytes, streams.now())) {
            ++live.figures[shard.index].writes_throttled;
            plan.destinations.push_back({shard.index, std::nullopt});
            continue;
        }
        std::optional<std::uint32_t>& share = share_of[place];
        if (!share) {
            share = static_cast<std::uint32_t>(plan.shares.size());
            plan.batches.push_back({shard.partition, {}, {}});
            plan.batches.back().records.reserve(entries.size() / stream.open.size() + 1);
            plan.shares.push_back({shard.index, to_epoch_ms(shard.created) / 1000});
        }
        plan.destinations.push_back({shard.index, share});
        log::Append& batch = plan.batches[*share];
        if (plain) {
            batch.records.push_back(plain->add(entry));
        } else {
            auto record = encryption.encode(stream, entry.partition_key, entry.data.view());
            if (!record) return pass(record);
            batch.records.push_back(std::move(*record));
        }
        plan.shares[*share].bytes += bytes;
        ++plan.shares[*share].records;
    }
    return plan;
}

/// Where each entry is now that the log has appended the batches.
std::vector<Placed> place(const PutPlan& plan, const std::vector<log::Appended>& appended,
                          bool is_encrypted) {
    FRESHET_CHECK(appended.size() == plan.shares.size());  // an answer for each batch
    std::vector<RecordNumbers> numbers;                    // beside `shares`
    numbers.reserve(plan.shares.size());
    for (std::size_t i = 0; i < plan.shares.size(); ++i)
        numbers.emplace_back(plan.shares[i].created_s, plan.shares[i].shard, appended[i].first,
                             appended[i].time);
    std::vector<Placed> placed;
    placed.reserve(plan.destinations.size());
    for (const Destination& one : plan.destinations) {
        if (one.is_throttled())
            placed.push_back({one.shard, "", false, true});
        else
            placed.push_back({one.shard, numbers[*one.share].next(), is_encrypted});
    }
    return placed;
}

/// Counts the put for each of its shards, and for the stream.
void measure(Live& live, PutCall call, const PutPlan& plan, bool is_kept, Millis took) {
    Meter& meter = live.meter;
    const bool measures_shards = live.measures_shards();
    const std::size_t total = plan.destinations.size();
    std::size_t bytes = 0, records = 0, throttled = total;
    for (const Share& share : plan.shares) {
        throttled -= share.records;
        if (!is_kept) continue;
        bytes += share.bytes;
        records += share.records;
        ShardFigures& figures = live.figures[share.shard];
        figures.bytes_in += share.bytes;
        figures.records_in += share.records;
        if (!measures_shards) continue;
        meter.add(share.shard, Measure::incoming_bytes, share.bytes);
        meter.add(share.shard, Measure::incoming_records, share.records);
        meter.add(share.shard, Measure::writes_exceeded, 0);
    }
    if (measures_shards && throttled > 0) {
        for (const Destination& one : plan.destinations)
            if (one.is_throttled()) meter.add(one.shard, Measure::writes_exceeded, 1);
    }
    meter.add(Measure::writes_exceeded, throttled);
    if (records > 0) {
        meter.add(Measure::incoming_bytes, bytes);
        meter.add(Measure::incoming_records, records);
    }
    const auto latency_ms = static_cast<std::uint64_t>(std::max(took, 0ms).count());
    if (call == PutCall::record) {
        meter.add(Measure::put_record_success, records);
        meter.add(Measure::put_record_latency, latency_ms);
        if (records > 0) meter.add(Measure::put_record_bytes, bytes);
        return;
    }
    meter.add(Measure::put_records_success, records > 0);
    meter.add(Measure::put_records_latency, latency_ms);
    meter.add(Measure::put_records_total, total);
    meter.add(Measure::put_records_successful, records);
    meter.add(Measure::put_records_throttled, throttled);
    meter.add(Measure::put_records_failed, total - records - throttled);
    if (records > 0) meter.add(Measure::put_records_bytes, bytes);
}

}  // namespace

io::Task<Result<std::vector<Placed>>> Records::put(StreamKey key, std::vector<PutEntry> entries,
                                                   PutCall call) {
    const Timestamp began = streams_.now();
    auto live = streams_.find(key);
    while (live && live->is_cutting) {  // the shards are being closed: wait for the new ones
        co_await live->cut.wait();
        live = streams_.find(key);
    }
    if (!live) co_return no_such_stream(key);
    if (auto usable = streams_.check_usable(live->stream); !usable) co_return pass(usable);
    const bool is_encrypted = live->stream.data_key != 0;
    auto plan = share_out(*live, entries, encryption_, streams_);
    if (!plan) co_return pass(plan);
    // Nothing suspends between choosing the shards and the append: no cut comes in between.
    FRESHET_CHECK(!live->is_cutting);
    Result<std::vector<log::Appended>> appended;
    if (!plan->batches.empty()) appended = co_await log_.append(std::move(plan->batches));
    measure(*live, call, *plan, appended.has_value(), streams_.now() - began);
    if (!appended) co_return std::unexpected(from_log(std::move(appended.error())));
    co_return place(*plan, *appended, is_encrypted);
}

void Records::count_in(const Stream& stream, std::uint32_t shard, std::size_t records,
                       std::size_t bytes) {
    if (const auto live = streams_.find_id(stream.id)) live->count_in(shard, records, bytes);
}

}  // namespace freshet::stream
