#include "delivery/pipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/crypto/digest.h"
#include "base/log.h"
#include "delivery/content.h"
#include "delivery/failure.h"
#include "delivery/limits.h"
#include "delivery/prefix.h"

namespace freshet::delivery {
namespace {
std::uint64_t full_bytes(const Destination& destination) {
    return static_cast<std::uint64_t>(destination.buffer_mib) << 20;
}
}  // namespace

Pipe::Pipe(Parts parts, store::Loaded loaded)
    : parts_(parts),
      stream_(std::move(loaded.stream)),
      cursors_(loaded.cursors),
      read_(std::move(loaded.cursors)),
      unfinished_(std::move(loaded.cut)),
      follower_(parts.home, parts.pool, parts.log),
      scope_(parts.home) {}
Pipe::~Pipe() = default;

void Pipe::start() { scope_.spawn(run()); }

io::Task<void> Pipe::stop() {
    follower_.stop();
    co_await scope_.join();
    follower_.clear();
}

void Pipe::change(DeliveryStream stream) {
    stream_ = std::move(stream);
    follower_.ring();
}

void Pipe::count_put(std::size_t records, std::size_t bytes) {
    ++figures_.put_requests;
    figures_.in_records += records;
    figures_.in_bytes += bytes;
}

Figures Pipe::figures() const {
    Figures figures = figures_;
    figures.waiting_bytes = buffer_bytes_;
    for (const Waiting& waiting : buffer_) {
        if (!figures.oldest_waiting || waiting.arrival < *figures.oldest_waiting)
            figures.oldest_waiting = waiting.arrival;
    }
    return figures;
}

std::map<std::uint64_t, Place> Pipe::places() const {
    std::map<std::uint64_t, Place> places;
    for (const auto& [partition, ordinal] : cursors_) places[partition] = {ordinal, ordinal};
    for (const auto& [partition, ordinal] : read_) places[partition].read = ordinal;
    return places;
}

io::Task<void> Pipe::run() {
    while (!follower_.is_stopping()) {
        Result<> result;
        if (unfinished_) {
            result = co_await refill(*unfinished_);
            if (result) result = co_await deliver(*unfinished_);
            if (result) unfinished_.reset();
        } else {
            follower_.begin_look();
            result = co_await fill();
            if (result && is_due()) {
                result = co_await deliver(make_cut());
            } else if (result && buffer_.empty()) {
                co_await follower_.wait();
            } else if (result) {
                co_await follower_.wait_until(due_at());
            }
        }
        if (!result) co_await back_off(result.error());
    }
}

/// The source waits while the destination refuses; nothing is dropped.
io::Task<void> Pipe::back_off(const Error& error) {
    if (figures_.trouble != error.message())
        log_warn("delivery", "waiting",
                 {{"stream", stream_.key.name}, {"reason", error.message()}});
    figures_.trouble = error.message();
    ++figures_.failures;
    log_failure(error);
    co_await follower_.rest_until(retry_.failed(parts_.home.now()));
}

void Pipe::log_failure(const Error& error) {
    if (!stream_.destination.logs_errors) return;
    parts_.source.write_log(stream_, parts_.home.now(), failure_line(stream_, error));
}

// --- reading

io::Task<Result<>> Pipe::fill() {
    std::vector<log::PartitionId> partitions{stream_.inbox};
    if (stream_.source) {
        auto found = parts_.source.partitions(stream_.source->stream_arn);
        if (!found) co_return pass(found);
        partitions = std::move(*found);
        partitions.push_back(stream_.inbox);  // what siblings append directly
    }
    for (const log::PartitionId partition : partitions) follower_.add(partition);
    for (const log::PartitionId partition : partitions) {
        auto filled = co_await fill_from(partition);
        if (!filled) co_return filled;
    }
    co_return Result<>();
}

io::Task<Result<>> Pipe::fill_from(log::PartitionId partition) {
    const std::uint64_t full = full_bytes(stream_.destination);
    while (!is_full()) {
        const log::Ordinal from = read_[*partition];
        auto records = co_await follower_.read(partition, from, limits::read_records_max,
                                               full - buffer_bytes_);
        if (!records) co_return pass(records);
        if (records->empty()) co_return Result<>();
        for (const log::Record& record : *records) {
            if (is_full()) break;  // what is left is read again for the next object
            if (auto taken = take(partition, record); !taken) co_return taken;
        }
    }
    co_return Result<>();
}

Result<> Pipe::take(log::PartitionId partition, const log::Record& record) {
    Waiting waiting{partition, record.ordinal, record.time, {}};
    if (partition == stream_.inbox) {
        waiting.data.push_back(record.data);
    } else {
        auto users = parts_.source.user_records(record.data);
        if (!users) return pass(users);
        waiting.data = std::move(*users);
        if (waiting.data.empty()) {  // nothing to deliver: the cursor may stay before it
            read_[*partition] = record.ordinal + 1;
            return {};
        }
    }
    count_waiting(waiting);
    figures_.records += waiting.data.size();
    if (stream_.source && partition != stream_.inbox) {
        figures_.in_records += waiting.data.size();
        for (const Bytes& data : waiting.data) figures_.in_bytes += data.size();
    }
    read_[*partition] = record.ordinal + 1;
    buffer_.push_back(std::move(waiting));
    return {};
}

void Pipe::count_waiting(const Waiting& waiting) {
    for (const Bytes& data : waiting.data)
        buffer_bytes_ += data.size() + (stream_.destination.append_newline ? 1 : 0);
    buffer_records_ += waiting.data.size();
}

/// After a restart: exactly the records of the cut that was written down.
io::Task<Result<>> Pipe::refill(Cut cut) {
    buffer_.clear();
    buffer_bytes_ = buffer_records_ = 0;
    read_ = cursors_;
    for (const CutRange& range : cut.ranges) {
        read_[*range.partition] = range.first;
        while (read_[*range.partition] < range.next) {
            const log::Ordinal from = read_[*range.partition];
            auto records = co_await follower_.read(
                range.partition, from,
                std::min<std::size_t>(limits::read_records_max, range.next - from),
                limits::refill_bytes_max);
            if (!records) co_return pass(records);
            if (records->empty())
                co_return fail(freshet::Errc::corrupt,
                               fmt::format("records {} to {} of an unfinished object are gone",
                                           from, range.next));
            for (const log::Record& record : *records) {
                if (auto taken = take(range.partition, record); !taken) co_return taken;
            }
        }
    }
    co_return Result<>();
}

// --- cutting and delivering

Timestamp Pipe::due_at() const {
    Timestamp oldest = buffer_.front().arrival;
    for (const Waiting& waiting : buffer_) oldest = std::min(oldest, waiting.arrival);
    return oldest + std::chrono::seconds(stream_.destination.interval_s);
}

bool Pipe::is_full() const {
    return buffer_bytes_ >= full_bytes(stream_.destination) ||
           buffer_records_ >= limits::buffer_records_max;
}

bool Pipe::is_due() const {
    return !buffer_.empty() && (is_full() || parts_.home.now() >= due_at());
}

Cut Pipe::make_cut() const {
    Cut cut;
    Timestamp oldest = buffer_.front().arrival;
    for (const Waiting& waiting : buffer_) {
        oldest = std::min(oldest, waiting.arrival);
        auto range = std::ranges::find(cut.ranges, waiting.partition, &CutRange::partition);
        if (range == cut.ranges.end())
            cut.ranges.push_back({waiting.partition, waiting.ordinal, waiting.ordinal + 1});
        else
            range->next = waiting.ordinal + 1;
    }
    // The name comes from the first position, so that the same cut always makes the same object.
    std::string position = fmt::format("{}/{}", stream_.id, stream_.key.name);
    for (const CutRange& range : cut.ranges)
        position += fmt::format("/{}:{}", *range.partition, range.first);
    const std::string digest = to_hex(sha256(position));
    const std::uint64_t seed = std::stoull(digest.substr(40, 16), nullptr, 16);
    const std::string& zone_name = stream_.destination.time_zone;
    const TimeZone* zone = zone_name == "UTC" ? nullptr : TimeZone::find(zone_name);
    const auto prefix =
        evaluate_prefix(stream_.destination.prefix, {oldest, std::nullopt, seed, zone});
    const auto time = format_java_time("yyyy-MM-dd-HH-mm-ss", oldest, zone);
    const std::string extension = !stream_.destination.file_extension.empty()
                                      ? stream_.destination.file_extension
                                  : stream_.destination.compression == Compression::gzip ? ".gz"
                                                                                         : "";
    cut.key =
        fmt::format("{}{}-{}-{}-{}-{}-5{}-8{}-{}{}", prefix ? *prefix : "", stream_.key.name,
                    stream_.version, *time, digest.substr(0, 8), digest.substr(8, 4),
                    digest.substr(13, 3), digest.substr(17, 3), digest.substr(20, 12), extension);
    return cut;
}

std::shared_ptr<io::BodyReader> Pipe::content(std::size_t count) const {
    std::vector<Bytes> pieces;
    for (std::size_t i = 0; i < count; ++i) {
        for (const Bytes& data : buffer_[i].data) {
            pieces.push_back(data);
            if (stream_.destination.append_newline) pieces.push_back(Bytes::literal("\n"));
        }
    }
    return std::make_shared<Content>(parts_.pool, std::move(pieces),
                                     stream_.destination.compression == Compression::gzip);
}

io::Task<Result<>> Pipe::deliver(Cut cut) {
    const std::int64_t id = stream_.id;
    const std::string bucket = stream_.destination.bucket();
    const std::size_t count = buffer_.size();
    auto written = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_cut(txn, id, cut); });
    if (!written) co_return written;
    objects::Attributes attributes{{"content-type", "application/octet-stream"}};
    if (stream_.destination.compression == Compression::gzip)
        attributes["content-encoding"] = "gzip";
    auto encryption = co_await parts_.objects.default_encryption(bucket);
    if (!encryption) co_return pass(encryption);
    auto staged = co_await parts_.objects.stage(content(count), *encryption);
    if (!staged) co_return pass(staged);
    const Timestamp now = parts_.home.now();
    // The object becomes visible and the cursors move in one transaction: neither without the
    // other.
    auto published = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        auto object =
            objects::Objects::publish_in(txn, bucket, cut.key, *staged, attributes, {}, now);
        if (!object) return std::unexpected(std::move(object.error()).within("bucket " + bucket));
        return store::finish_cut(txn, id, cut);
    });
    if (!published) {
        co_await parts_.objects.discard(std::move(*staged));  // the next try stages it again
        co_return published;
    }
    for (const CutRange& range : cut.ranges) {
        cursors_[*range.partition] = range.next;
        if (range.partition != stream_.inbox) continue;
        auto trimmed =
            co_await parts_.pool.run([&] { return parts_.log.trim(range.partition, range.next); });
        if (!trimmed)
            log_warn("delivery", "trim failed",
                     {{"stream", stream_.key.name}, {"reason", trimmed.error().message()}});
    }
    ++figures_.objects;
    for (std::size_t i = 0; i < count; ++i) figures_.delivered_records += buffer_[i].data.size();
    figures_.bytes += staged->size;
    figures_.last_object = cut.key;
    figures_.trouble.clear();
    retry_.succeeded();
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(count));
    buffer_bytes_ = buffer_records_ = 0;
    for (const Waiting& waiting : buffer_) count_waiting(waiting);
    co_return Result<>();
}

}  // namespace freshet::delivery
