// Reads: where a position lies, shard iterators, records.
#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "log/follow/follower.h"
#include "stream/limits.h"
#include "stream/records/iterator.h"
#include "stream/records/records.h"
#include "stream/sequence.h"
#include "stream/shards/reshard_plan.h"

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
    const auto refuse = [&](const char* why) {
        return fail(
            Errc::invalid_argument,
            fmt::format("StartingSequenceNumber {} used in GetShardIterator on shard {} in "
                        "stream {} under account {} is invalid{}.",
                        text, shard_name(shard.index), stream.name, stream.home.account, why));
    };
    const auto any = parse_any_version(text);
    if (!any) return refuse("");
    if (any->shard != shard.index) {
        return fail(Errc::invalid_argument,
                    fmt::format("Invalid StartingSequenceNumber. It encodes {}, while it was used "
                                "in a call to a shard with {}",
                                shard_name(any->shard), shard_name(shard.index)));
    }
    const auto parts = parse_sequence_number(text);
    if (parts && parts->created_s == to_epoch_ms(shard.created) / 1000) return {};
    if (any->version == 0) return fail(Errc::storage, "");
    return refuse(" because it did not come from this stream");
}

/// Where a position by sequence number lies.
Result<log::Ordinal> ordinal_of(const StreamKey& key, const Shard& shard,
                                const Position& position) {
    auto fits = check_number(key, shard, position.sequence_number);
    if (!fits) return pass(fits);
    const auto parts = parse_sequence_number(position.sequence_number);
    FRESHET_CHECK(parts);  // check_number() takes no other form
    const bool is_after = position.start == Start::after_sequence_number;
    // The number that a closed shard ends with lies after all records.
    if (is_after && parts->ordinal >= last_ordinal)
        return fail(Errc::invalid_argument,
                    "Invalid SequenceNumber for ShardIteratorType AFTER_SEQUENCE_NUMBER, "
                    "SequenceNumber has reached max possible value for the shard.");
    // Number n is that of the record n - 1.
    const bool begins_after = is_after || parts->is_continuation || parts->ordinal == 0;
    return parts->ordinal - (begins_after ? 0 : 1);
}

Failure too_fast(const Stream& stream, std::uint32_t shard) {
    return fail(Errc::throttled,
                fmt::format("Rate exceeded for shard {} in stream {} under account {}.",
                            shard_name(shard), stream.key.name, stream.key.home.account));
}

}  // namespace

io::Task<Result<Records::Located>> Records::locate(StreamKey key, std::uint32_t index,
                                                   Position position) {
    const auto live = streams_.find(key);
    const bool is_usable = live && streams_.check_usable(live->stream);
    const Shard* found = is_usable ? live->stream.find_shard(index) : nullptr;
    if (!found) co_return no_shard(key.name, key.home.account, index);
    Located at{live->stream.id, *found, 0};
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
            auto ordinal = ordinal_of(key, shard, position);
            if (!ordinal) co_return pass(ordinal);
            at.ordinal = *ordinal;
            break;
        }
    }
    co_return at;
}

io::Task<Result<std::string>> Records::iterator(StreamKey key, std::uint32_t index,
                                                Position position) {
    const auto live = streams_.find(key);
    const std::string account = key.home.account, name = key.name;
    auto at = co_await locate(std::move(key), index, std::move(position));
    if (!at) co_return pass(at);
    if (streams_.options().has_aws_limits &&
        !live->throttle(index, streams_.now()).take_iterator(streams_.now()))
        co_return too_fast(live->stream, index);
    co_return seal_iterator({at->stream_id, index, at->ordinal, streams_.now(), account, name},
                            token_key_);
}

void Records::measure_read(Live& live, std::uint32_t shard, const Read& read,
                           Timestamp began) const {
    const std::size_t bytes = live.count_out(shard, read.records);
    if (streams_.options().has_aws_limits) live.throttle(shard, began).did_read(bytes);
    const auto age_ms = static_cast<std::uint64_t>(read.behind.count());
    ShardFigures& figures = live.figures[shard];
    ++figures.reads;
    figures.iterator_age_ms = age_ms;
    figures.last_read = streams_.now();
    figures.read_next = read.next;
    Meter& meter = live.meter;
    meter.add(Measure::reads_exceeded, 0);
    meter.add(Measure::get_records_records, read.records.size());
    meter.add(Measure::get_records_bytes, bytes);
    meter.add(Measure::get_records_age, age_ms);
    meter.add(Measure::get_records_latency,
              static_cast<std::uint64_t>(std::max(streams_.now() - began, 0ms).count()));
    if (!live.measures_shards()) return;
    meter.add(shard, Measure::iterator_age, age_ms);
    meter.add(shard, Measure::reads_exceeded, 0);
}

io::Task<Result<ReadAnswer>> Records::read(std::string text, std::size_t records_max,
                                           std::optional<StreamKey> of) {
    auto opened = open_iterator(text, token_key_, streams_.now());
    if (!opened) co_return pass(opened);
    const auto live = streams_.find_id(opened->stream_id);
    const Shard* found = live ? live->stream.find_shard(opened->shard) : nullptr;
    if (!found) co_return no_shard(opened->stream, opened->account, opened->shard);
    if (of && *of != live->stream.key)
        co_return fail(Errc::invalid_argument,
                       fmt::format("The ShardIterator is not one of stream {}", of->name));
    const Shard shard = *found;
    const Timestamp began = streams_.now();
    if (streams_.options().has_aws_limits && !live->throttle(shard.index, began).take_read(began)) {
        ++live->figures[shard.index].reads_throttled;
        live->meter.add(Measure::reads_exceeded, 1);
        live->meter.add(Measure::get_records_success, 0);
        if (live->measures_shards()) live->meter.add(shard.index, Measure::reads_exceeded, 1);
        co_return too_fast(live->stream, shard.index);
    }
    auto read =
        co_await read_from(shard, opened->ordinal, std::min(records_max, limits::get_records_max),
                           limits::get_records_bytes_max);
    live->meter.add(Measure::get_records_success, read.has_value());
    if (!read) co_return pass(read);
    measure_read(*live, shard.index, *read, began);
    ReadAnswer answer;
    answer.records = std::move(read->records);
    answer.behind_latest = read->behind;
    if (shard.closed && read->next >= shard.end) {
        answer.children = children_of(live->stream, shard.index);
    } else {
        answer.next_iterator = seal_iterator({opened->stream_id, opened->shard, read->next,
                                              streams_.now(), opened->account, opened->stream},
                                             token_key_);
    }
    co_return answer;
}

io::Task<Result<Records::Read>> Records::read_from(Shard shard, log::Ordinal from,
                                                   std::size_t records_max, std::size_t bytes_max) {
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
        FRESHET_CHECK(record.ordinal >= read.next);  // each record once, in the order of the log
        // A shard that closed after `shard` was looked at: its closing record ends this reading,
        // too.
        if (record.ordinal >= end || is_closing_record(record.data)) break;
        auto decoded = encryption_.decode(record.data);
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
        read.behind = std::max(streams_.now() - reached, 1ms);
    }
    co_return read;
}

}  // namespace freshet::stream
