#include "delivery/pipe.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace freshet::delivery {

Pipe::Pipe(Parts parts, store::Loaded loaded, Ahead& ahead)
    : parts_(parts),
      ahead_(ahead),
      stream_(std::move(loaded.stream)),
      buffer_(std::move(loaded.positions)),
      version_(stream_.version),
      follower_(parts.home, parts.pool, parts.log),
      wake_(parts.home),
      scope_(parts.home),
      bringing_(parts.home) {
    if (!loaded.cut) return;
    // Of before the restart: its records are read again.
    Work& work = *works_.emplace_back(std::make_unique<Work>());
    work.cut = std::move(*loaded.cut);
    work.has_calls = true;
    work.is_read = false;
}
Pipe::~Pipe() = default;

void Pipe::start() { scope_.spawn(run()); }

io::Task<void> Pipe::stop() {
    follower_.stop();
    wake_.notify();
    co_await scope_.join();
    co_await bringing_.join();
    co_await discard_staged();
    follower_.clear();
    for (const auto& work : works_) {  // with their files
        work->drafts.clear();
        work->waiting.text.reset();
    }
    buffer_.begin_again();
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
    for (const auto& work : works_) {
        figures.waiting_bytes += work->waiting.bytes;
        if (work->waiting.oldest)
            figures.oldest_waiting =
                std::min(figures.oldest_waiting.value_or(parts_.home.now()), *work->waiting.oldest);
    }
    return figures;
}

Millis Pipe::behind() const {
    Millis most{0};
    if (!stream_.source) return most;
    auto partitions = parts_.source.partitions(stream_.source->stream);
    if (!partitions) return most;
    for (const log::PartitionId partition : *partitions) {
        const auto tail = parts_.log.tail(partition);
        if (!tail || buffer_.position(partition) >= tail->next) continue;
        const auto read = last_read_.find(*partition);
        const Timestamp last = read == last_read_.end() ? stream_.source->started : read->second;
        most = std::max(most, tail->last_time - last);
    }
    return most;
}

io::Task<void> Pipe::run() {
    while (!follower_.is_stopping()) {
        follower_.begin_look();
        Result<> result;
        if (failure_)
            co_await settle();
        else if (!works_.empty() && !works_.front()->is_read)
            result = co_await read_again(*works_.front());
        else
            result = co_await read_on();
        if (!result) co_await back_off(result.error());
    }
}

/// Reads what there is, and cuts when it is time; else waits for either.
io::Task<Result<>> Pipe::read_on() {
    if (may_read()) {
        auto filled = co_await fill();
        if (!filled) co_return filled;
    }
    if (auto moved = co_await move_to_text(); !moved) co_return moved;
    if (version_ != stream_.version) {
        // Read for another destination, which may have had no stages.
        buffer_.give_back();
        version_ = stream_.version;
        co_return Result<>();
    }
    const Buffer::Next next = buffer_.next(stream_.destination, parts_.home.now());
    if (next.cuts && may_cut())
        begin_work();
    else if (next.looks_at)
        co_await follower_.wait_until(*next.looks_at);
    else
        co_await follower_.wait();
    co_return Result<>();
}

/// One cut always; further ones while there is memory for them.
bool Pipe::may_read() const {
    return works_.empty() ||
           (!works_.back()->has_calls && ahead_.has_room(buffer_.waiting().held_bytes()));
}

/// Beside others only a full one: what is due meanwhile grows until they are published.
bool Pipe::may_cut() const {
    if (works_.empty()) return true;
    const std::size_t cuts_max = waits_as_text() ? limits::ahead_texts_max : limits::ahead_cuts_max;
    return buffer_.is_full(stream_.destination) && !stream_.destination.has_calls() &&
           !works_.back()->has_calls && works_.size() < cuts_max &&
           ahead_.has_room(buffer_.waiting().held_bytes());
}

/// The source waits while the destination refuses; nothing is dropped.
io::Task<void> Pipe::back_off(const Error& error) {
    if (figures_.trouble != error.message())
        log_warn("delivery", "waiting",
                 {{"stream", stream_.key.name}, {"reason", error.message()}});
    figures_.trouble = error.message();
    ++figures_.failures;
    const Options& options = stream_.destination.options;
    if (options.http || options.is_backup_on) meter_.add(Metric::backup_success, 0);
    log_failure(error);
    co_await follower_.rest_until(retry_.failed(parts_.home.now()));
}

void Pipe::log_failure(const Error& error) {
    if (!stream_.destination.logs_errors) return;
    parts_.source.write_failure(stream_, parts_.home.now(), error);
}

// --- reading

io::Task<Result<>> Pipe::fill() {
    std::vector<log::PartitionId> inboxes{stream_.inbox};
    if (stream_.at_rest) inboxes.push_back(stream_.at_rest->inbox);
    std::vector<log::PartitionId> partitions = inboxes;
    if (stream_.source) {
        auto found = parts_.source.partitions(stream_.source->stream);
        if (!found) co_return pass(found);
        partitions = std::move(*found);
        // What siblings append directly.
        partitions.insert(partitions.end(), inboxes.begin(), inboxes.end());
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
        const std::size_t room = buffer_.room(stream_.destination);
        auto records = co_await follower_.read(partition, buffer_.position(partition),
                                               limits::read_records_max,
                                               std::min(limits::read_bytes_max, room));
        if (!records) co_return pass(records);
        if (records->empty()) co_return Result<>();
        if (auto taken = take_all(partition, *records, true); !taken) co_return taken;
        records->clear();
        if (auto moved = co_await move_to_text(); !moved) co_return moved;
    }
    co_return Result<>();
}

/// Until the buffer is full, or all: what is left is read again for the next object.
Result<> Pipe::take_all(log::PartitionId partition, std::span<const log::Record> records,
                        bool ends_when_full) {
    const bool has_keys =
        !is_inbox(partition) && stream_.destination.options.find(ProcessorKind::lambda);
    Unpacked unpacked;
    Result<> result;
    if (!has_keys) result = unpack(partition, records, unpacked);
    auto users = unpacked.data.begin();
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (ends_when_full && buffer_.is_full(stream_.destination)) return {};
        std::vector<Bytes> keys;
        taken_.clear();
        if (has_keys) {
            FRESHET_TRY(keyed, parts_.source.keyed_records(records[i].data));
            for (UserRecord& user : *keyed) {
                taken_.push_back(std::move(user.data));
                keys.push_back(std::move(user.partition_key));
            }
        } else {
            if (i == unpacked.counts.size()) break;
            const auto end = users + static_cast<std::ptrdiff_t>(unpacked.counts[i]);
            taken_.assign(std::move_iterator(users), std::move_iterator(end));
            users = end;
        }
        take(partition, records[i], keys);
    }
    return result;
}

void Pipe::take(log::PartitionId partition, const log::Record& record, std::vector<Bytes>& keys) {
    figures_.records += taken_.size();
    if (stream_.source && !is_inbox(partition)) {
        figures_.in_records += taken_.size();
        for (const Bytes& data : taken_) figures_.in_bytes += data.size();
    }
    last_read_[*partition] = record.time;
    const Origin origin{partition, record.ordinal, record.time};
    if (has_stages())
        buffer_.take_placed(origin, taken_, keys, stream_.destination);
    else
        buffer_.take(origin, taken_, stream_.destination);
}

Result<> Pipe::unpack(log::PartitionId partition, std::span<const log::Record> records,
                      Unpacked& users) {
    if (!is_inbox(partition)) return parts_.source.user_records(records, users);
    for (const log::Record& record : records) {
        if (partition == stream_.inbox) {
            users.data.push_back(record.data);
        } else {
            FRESHET_TRY(opened, parts_.seals.open(stream_.id, record.data.view()));
            users.data.push_back(std::move(*opened));
        }
        users.counts.push_back(1);
    }
    return {};
}

bool Pipe::is_inbox(log::PartitionId partition) const {
    return partition == stream_.inbox || (stream_.at_rest && partition == stream_.at_rest->inbox);
}

bool Pipe::has_stages() const {
    const Options& options = stream_.destination.options;
    return !options.processors.empty() || options.partitioning || options.http ||
           options.is_converting();
}

/// A cut whose stages may have called others keeps its records, also over a restart.
io::Task<Result<>> Pipe::read_again(Work& work) {
    FRESHET_CHECK(works_.size() == 1 && work.drafts.empty());
    const int version = stream_.version;
    work.stream = std::make_shared<const DeliveryStream>(stream_);
    auto read = co_await refill(work.cut);
    if (!read) co_return read;
    if (version != stream_.version) co_return Result<>();  // once more
    version_ = version;
    work.waiting = buffer_.cut_off();
    work.records = work.waiting.records;
    work.share = Ahead::Share(ahead_, work.waiting.held_bytes());
    work.is_read = true;
    bringing_.spawn(bring(work));
    co_return Result<>();
}

io::Task<Result<>> Pipe::refill(const Cut& cut) {
    buffer_.begin_again(cut);
    for (const CutRange& range : cut.ranges) {
        while (buffer_.position(range.partition) < range.next) {
            const log::Ordinal from = buffer_.position(range.partition);
            auto records = co_await follower_.read(
                range.partition, from,
                std::min<std::size_t>(limits::read_records_max, range.next - from),
                limits::read_bytes_max);
            if (!records) co_return pass(records);
            while (!records->empty() && records->back().ordinal >= range.next) records->pop_back();
            if (auto taken = take_all(range.partition, *records, false); !taken) co_return taken;
            if (buffer_.position(range.partition) > from) continue;
            // The retention of the source may have ended while the destination refused.
            auto tail = parts_.log.tail(range.partition);
            if (!tail) co_return pass(tail);
            const log::Ordinal next = std::min(tail->first, range.next);
            if (next <= from)
                co_return fail(freshet::Errc::corrupt,
                               fmt::format("records {} to {} of an unfinished object are gone",
                                           from, range.next));
            log_warn("delivery", "records of an unfinished object have expired in the source",
                     {{"stream", stream_.key.name}, {"records", fmt::format("{}", next - from)}});
            buffer_.skip(range.partition, next);
        }
    }
    co_return Result<>();
}

}  // namespace freshet::delivery
