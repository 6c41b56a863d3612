// Reads: iterators and records.
#include <fmt/format.h>

#include <algorithm>

#include "log/follow/follower.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/records/iterator.h"
#include "stream/sequence.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

Failure no_shard(const std::string& stream, const std::string& account, std::uint32_t index) {
    return fail(Errc::not_found,
                fmt::format("Shard {} in stream {} under account {} does not exist",
                            shard_name(index), stream, account));
}

/// Whether `text` is a sequence number of `shard`; the refusals are AWS's, down to its
/// InternalFailure.
Result<> check_number(const StreamKey& stream, const Shard& shard, const std::string& text) {
    const auto told = [&](const char* why) {
        return fail(Errc::invalid_argument,
                    fmt::format("StartingSequenceNumber {} used in GetShardIterator on shard {} in "
                                "stream {} under account {} is invalid{}.",
                                text, shard_name(shard.index), stream.name, stream.account, why));
    };
    const auto any = parse_any_version(text);
    if (!any) return told("");
    if (any->shard != shard.index) {
        return fail(Errc::invalid_argument,
                    fmt::format("Invalid StartingSequenceNumber. It encodes {}, while it was used "
                                "in a call to a shard with {}",
                                shard_name(any->shard), shard_name(shard.index)));
    }
    const auto parts = parse_sequence_number(text);
    if (parts && parts->created_s == to_epoch_ms(shard.created) / 1000) return {};
    if (any->version == 0) return fail(Errc::storage, "");
    return told(" because it did not come from this stream");
}

Failure too_fast(const Stream& stream, std::uint32_t shard) {
    return fail(Errc::throttled,
                fmt::format("Rate exceeded for shard {} in stream {} under account {}.",
                            shard_name(shard), stream.key.name, stream.key.account));
}

}  // namespace

io::Task<Result<Streams::Located>> Streams::locate(StreamKey key, std::uint32_t index,
                                                   Position position) {
    auto found = find(key);
    const Shard* known = found && check_usable(**found) ? (*found)->find_shard(index) : nullptr;
    if (!known) co_return no_shard(key.name, key.account, index);
    const Stream& stream = **found;
    Located at{stream.id, *known, 0};
    const Shard& shard = at.shard;
    const bool is_empty = *shard.partition == 0;  // closed as it was made
    switch (position.start) {
        case Start::trim_horizon:
            break;
        case Start::latest: {
            if (is_empty) break;
            auto tail = log_.tail(shard.partition);
            if (!tail) co_return pass(tail);
            at.ordinal = tail->next;
            break;
        }
        case Start::at_timestamp: {
            if (is_empty) break;
            auto first = co_await pool_.run([this, &shard, &position] {
                return log_.find_time(shard.partition, position.time);
            });
            if (!first) co_return pass(first);
            at.ordinal = *first;
            break;
        }
        case Start::at_sequence_number:
        case Start::after_sequence_number: {
            const auto parts = parse_sequence_number(position.sequence_number);
            auto fits = check_number(stream.key, shard, position.sequence_number);
            if (!fits) co_return pass(fits);
            // The number that a closed shard ends with is a place behind all records.
            if (position.start == Start::after_sequence_number && parts->ordinal >= last_ordinal) {
                co_return fail(Errc::invalid_argument,
                               "Invalid SequenceNumber for ShardIteratorType "
                               "AFTER_SEQUENCE_NUMBER, SequenceNumber has "
                               "reached max possible value for the shard.");
            }
            // Number n is that of the record n - 1.
            const bool is_behind = position.start == Start::after_sequence_number ||
                                   parts->is_behind || parts->ordinal == 0;
            at.ordinal = parts->ordinal - (is_behind ? 0 : 1);
            break;
        }
    }
    co_return at;
}

io::Task<Result<std::string>> Streams::iterator(StreamKey key, std::uint32_t index,
                                                Position position) {
    const auto live = this->live(key);
    const std::string account = key.account, name = key.name;
    auto at = co_await locate(std::move(key), index, std::move(position));
    if (!at) co_return pass(at);
    if (options_.aws_limits && !throttle(*live, index).take_iterator(home_.now()))
        co_return too_fast(live->stream, index);
    co_return seal_iterator({at->stream_id, index, at->ordinal, home_.now(), account, name},
                            iterator_key_);
}

std::size_t Streams::count_out(Live& live, std::uint32_t shard,
                               const std::vector<StoredRecord>& records) {
    std::size_t bytes = 0;
    for (const StoredRecord& record : records)
        bytes += record.data.size() + record.partition_key.size();
    ShardFigures& figures = live.figures[shard];
    figures.records_out += records.size();
    figures.bytes_out += bytes;
    if (live.measures_shards()) {
        live.meter.add(shard, Measure::outgoing_records, records.size());
        live.meter.add(shard, Measure::outgoing_bytes, bytes);
    }
    return bytes;
}

io::Task<Result<ReadAnswer>> Streams::read(std::string text, std::size_t records_max,
                                           std::optional<StreamKey> of) {
    auto opened = open_iterator(text, iterator_key_, home_.now());
    if (!opened) co_return pass(opened);
    const auto live = live_id(opened->stream_id);
    const Shard* known = live ? live->stream.find_shard(opened->shard) : nullptr;
    if (!known) co_return no_shard(opened->stream, opened->account, opened->shard);
    if (of && *of != live->stream.key)
        co_return fail(Errc::invalid_argument,
                       fmt::format("The ShardIterator is not one of stream {}", of->name));
    const Shard shard = *known;
    const Timestamp began = home_.now();
    if (options_.aws_limits && !throttle(*live, shard.index).take_read(began)) {
        ++live->figures[shard.index].reads_throttled;
        live->meter.add(Measure::reads_exceeded, 1);
        live->meter.add(Measure::get_records_success, 0);
        if (live->measures_shards()) live->meter.add(shard.index, Measure::reads_exceeded, 1);
        co_return too_fast(live->stream, shard.index);
    }
    auto read = co_await read_records(shard, opened->ordinal,
                                      std::min(records_max, limits::get_records_max),
                                      limits::get_records_bytes_max);
    live->meter.add(Measure::get_records_success, read.has_value());
    if (!read) co_return pass(read);
    ReadAnswer answer;
    answer.records = std::move(read->records);
    answer.behind_latest = read->behind;
    const std::size_t bytes = count_out(*live, shard.index, answer.records);
    if (options_.aws_limits) throttle(*live, shard.index).did_read(bytes);
    ShardFigures& figures = live->figures[shard.index];
    ++figures.reads;
    const auto age = static_cast<std::uint64_t>(read->behind.count());
    figures.iterator_age_ms = age;
    figures.last_read = home_.now();
    figures.read_next = read->next;
    live->meter.add(Measure::reads_exceeded, 0);
    live->meter.add(Measure::get_records_records, answer.records.size());
    live->meter.add(Measure::get_records_bytes, bytes);
    live->meter.add(Measure::get_records_age, age);
    live->meter.add(Measure::get_records_latency,
                    static_cast<std::uint64_t>(std::max(home_.now() - began, 0ms).count()));
    if (live->measures_shards()) {
        live->meter.add(shard.index, Measure::iterator_age, age);
        live->meter.add(shard.index, Measure::reads_exceeded, 0);
    }
    if (shard.closed && read->next >= shard.end) {
        answer.children = children_of(live->stream, shard.index);
    } else {
        answer.next_iterator = seal_iterator({opened->stream_id, opened->shard, read->next,
                                              home_.now(), opened->account, opened->stream},
                                             iterator_key_);
    }
    co_return answer;
}

io::Task<Result<Streams::Read>> Streams::read_records(Shard shard, log::Ordinal from,
                                                      std::size_t records_max,
                                                      std::size_t bytes_max) {
    Read read;
    read.next = from;
    if (*shard.partition == 0) co_return read;
    auto tail = log_.tail(shard.partition);
    if (!tail) co_return pass(tail);
    const log::Ordinal end = shard.closed ? shard.end : tail->next;  // without the closing record
    read.next = from = std::max(from, tail->first);
    if (shard.closed && from >= end) co_return read;
    auto records =
        co_await log::read_from(log_, pool_, shard.partition, from, records_max, bytes_max);
    if (!records) co_return pass(records);
    const std::int64_t created_s = to_epoch_ms(shard.created) / 1000;
    std::size_t bytes = 0;
    for (const log::Record& record : *records) {
        // A shard that closed after `shard` was looked at: its closing record ends this reading,
        // too.
        if (record.ordinal >= end || is_closing_record(record.data)) break;
        auto decoded = decode(record.data);
        if (!decoded) co_return pass(decoded);
        bytes += decoded->partition_key.size() + decoded->data.size();
        if (bytes > bytes_max && !read.records.empty()) break;  // the log reads whole frames
        read.records.push_back({record_number(created_s, shard.index, record.ordinal, record.time),
                                record.time, std::string(decoded->partition_key),
                                std::move(decoded->data), decoded->is_encrypted});
        read.next = record.ordinal + 1;
    }
    if (read.next < end) {
        // How long the first unread record waits; never 0, since readers take 0 for the end.
        const Timestamp reached =
            read.records.empty() ? tail->last_time : read.records.back().arrival;
        read.behind = std::max(home_.now() - reached, 1ms);
    }
    co_return read;
}

}  // namespace freshet::stream
