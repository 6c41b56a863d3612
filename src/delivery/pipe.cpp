#include "delivery/pipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "delivery/content.h"

namespace freshet::delivery {
namespace {

/// The records that wait, as the bytes of an object. `all` must outlive it unchanged.
std::shared_ptr<io::BodyReader> content_of(const std::vector<Bytes>& all,
                                           const Destination& destination, io::Pool& pool) {
    std::vector<std::string_view> pieces;
    pieces.reserve(all.size() * (destination.appends_newline ? 2 : 1));
    for (const Bytes& data : all) {
        pieces.push_back(data.view());
        if (destination.appends_newline) pieces.push_back("\n");
    }
    return std::make_shared<Content>(pool, std::move(pieces),
                                     destination.compression == Compression::gzip);
}

}  // namespace

Pipe::Pipe(Parts parts, store::Loaded loaded)
    : parts_(parts),
      stream_(std::move(loaded.stream)),
      buffer_(std::move(loaded.positions)),
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
    figures.waiting_bytes = buffer_.bytes();
    figures.oldest_waiting = buffer_.oldest();
    return figures;
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
            if (result) {
                const Buffer::Next next = buffer_.next(stream_.destination, parts_.home.now());
                if (next.cuts)
                    result = co_await deliver(make_cut(buffer_, stream_));
                else if (next.looks_at)
                    co_await follower_.wait_until(*next.looks_at);
                else
                    co_await follower_.wait();
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
    parts_.source.write_failure(stream_, parts_.home.now(), error);
}

// --- reading

io::Task<Result<>> Pipe::fill() {
    std::vector<log::PartitionId> partitions{stream_.inbox};
    if (stream_.source) {
        auto found = parts_.source.partitions(stream_.source->stream);
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
    while (!buffer_.is_full(stream_.destination)) {
        auto records =
            co_await follower_.read(partition, buffer_.position(partition),
                                    limits::read_records_max, buffer_.room(stream_.destination));
        if (!records) co_return pass(records);
        if (records->empty()) co_return Result<>();
        for (const log::Record& record : *records) {
            // What is left is read again for the next object.
            if (buffer_.is_full(stream_.destination)) break;
            if (auto taken = take(partition, record); !taken) co_return taken;
        }
    }
    co_return Result<>();
}

Result<> Pipe::take(log::PartitionId partition, const log::Record& record) {
    taken_.clear();
    if (partition == stream_.inbox)
        taken_.push_back(record.data);
    else if (auto users = parts_.source.user_records(record.data, taken_); !users)
        return users;
    figures_.records += taken_.size();
    if (stream_.source && partition != stream_.inbox) {
        figures_.in_records += taken_.size();
        for (const Bytes& data : taken_) figures_.in_bytes += data.size();
    }
    buffer_.take({partition, record.ordinal, record.time}, taken_, stream_.destination);
    return {};
}

/// After a restart: exactly the records of the cut that was written down.
io::Task<Result<>> Pipe::refill(Cut cut) {
    buffer_.begin_again(cut);
    for (const CutRange& range : cut.ranges) {
        while (buffer_.position(range.partition) < range.next) {
            const log::Ordinal from = buffer_.position(range.partition);
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

// --- delivering

/// Journal the cut, stage the bytes, publish: a crash at any point makes the same object again, or
/// finds it in the lake.
io::Task<Result<>> Pipe::deliver(Cut cut) {
    const std::int64_t id = stream_.id;
    const Destination destination = stream_.destination;  // a new one holds from the next object on
    auto written = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_cut(txn, id, cut); });
    if (!written) co_return written;
    auto staged = co_await stage(destination);
    if (!staged) co_return pass(staged);
    const std::uint64_t bytes = staged->size;
    auto published = co_await publish(cut, destination, *staged);
    if (!published) {
        co_await parts_.objects.discard(std::move(*staged));  // the next try stages it again
        co_return published;
    }
    count_delivered(cut, bytes);
    buffer_.delivered(cut);
    for (const CutRange& range : cut.ranges) {
        if (range.partition == stream_.inbox) co_await trim_inbox(range.next);
    }
    retry_.succeeded();
    co_return Result<>();
}

io::Task<Result<objects::Staged>> Pipe::stage(const Destination& destination) {
    auto encryption = co_await parts_.objects.default_encryption(destination.bucket);
    if (!encryption) co_return pass(encryption);
    auto staged = co_await parts_.objects.stage(
        content_of(buffer_.data(), destination, parts_.pool), *encryption);
    co_return staged;
}

io::Task<Result<>> Pipe::publish(const Cut& cut, const Destination& destination,
                                 const objects::Staged& staged) {
    objects::Attributes attributes{{"content-type", "application/octet-stream"}};
    if (destination.compression == Compression::gzip) attributes["content-encoding"] = "gzip";
    const std::int64_t id = stream_.id;
    const std::string bucket = destination.bucket;
    const Timestamp now = parts_.home.now();
    auto published = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        auto object =
            objects::Objects::publish_in(txn, bucket, cut.key, staged, attributes, {}, now);
        if (!object) return std::unexpected(std::move(object.error()).within("bucket " + bucket));
        return store::finish_cut(txn, id, cut);
    });
    co_return published;
}

void Pipe::count_delivered(const Cut& cut, std::uint64_t bytes) {
    ++figures_.objects;
    figures_.delivered_records += buffer_.records();
    figures_.bytes += bytes;
    figures_.last_object = cut.key;
    figures_.trouble.clear();
}

/// Delivered records are not read again. A trim that failed is made up for by the next one.
io::Task<void> Pipe::trim_inbox(log::Ordinal before) {
    auto trimmed = co_await parts_.pool.run([&] { return parts_.log.trim(stream_.inbox, before); });
    if (!trimmed)
        log_warn("delivery", "trim failed",
                 {{"stream", stream_.key.name}, {"reason", trimmed.error().message()}});
}

}  // namespace freshet::delivery
