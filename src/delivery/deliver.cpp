// How a pipe brings a cut into the lake: its objects are drafted, staged and published.
#include <algorithm>
#include <filesystem>
#include <map>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/log.h"
#include "delivery/codecs/content.h"
#include "delivery/conversion/scratch.h"
#include "delivery/pipe.h"
#include "io/faults/failpoint.h"

namespace freshet::delivery {
namespace {

/// At once, of one cut: they share the writes of a pack.
constexpr std::size_t staging_max = 32;

/// `to` may be there from a try that failed.
Result<> link_file(const std::string& from, const std::string& to) {
    std::error_code problem;
    std::filesystem::remove(to, problem);
    std::filesystem::create_hard_link(from, to, problem);
    if (problem) return fail(freshet::Errc::io, from + ": " + problem.message());
    return {};
}

objects::Attributes attributes_of(const Written& one) {
    objects::Attributes attributes{{"content-type", "application/octet-stream"}};
    std::string crc;
    for (int shift = 56; shift >= 0; shift -= 8)
        crc += static_cast<char>(one.crc64nvme >> shift);  // big-endian
    attributes["x-amz-checksum-crc64nvme"] = base64_encode(crc);
    attributes["x-amz-checksum-type"] = "FULL_OBJECT";
    // What a worker wrote into a file is as it is.
    const std::string encoding =
        one.draft->file.empty() ? words_of(one.draft->compression).content_encoding : std::string();
    if (!encoding.empty()) attributes["content-encoding"] = encoding;
    return attributes;
}

}  // namespace

void Pipe::begin_work() {
    Work& work = *works_.emplace_back(std::make_unique<Work>());
    work.stream = std::make_shared<const DeliveryStream>(stream_);
    work.has_calls = stream_.destination.has_calls();
    work.waiting = buffer_.cut_off();
    work.records = work.waiting.records;
    work.cut = make_cut(work.waiting, stream_);
    work.share = Ahead::Share(ahead_, work.waiting.held_bytes());
    bringing_.spawn(bring(work));
}

/// Stage the bytes, then publish: a crash before that leaves the records in their source.
io::Task<void> Pipe::bring(Work& work) {
    auto staged = co_await stage(work);
    if (staged) {
        work.is_staged = true;
        co_await publish_staged();  // `work` may be gone afterwards
    } else {
        note_failure(staged.error());
    }
    follower_.ring();
}

void Pipe::note_failure(const Error& error) {
    if (!failure_) failure_ = error;
}

io::Task<Result<>> Pipe::stage(Work& work) {
    if (work.has_calls && !work.is_drafted) {
        const std::int64_t id = stream_.id;
        auto written_down = co_await parts_.database.write(
            [&](meta::Txn& txn) { return store::write_cut(txn, id, work.cut); });
        if (!written_down) co_return written_down;
    }
    if (!work.is_drafted) {
        if (auto drafted = co_await draft(work); !drafted) co_return drafted;
        work.is_drafted = true;
    }
    auto staged = co_await stage_all(work);
    co_return staged;
}

io::Task<Result<>> Pipe::draft(Work& work) {
    const Waiting& waiting = work.waiting;
    const DeliveryStream& stream = *work.stream;
    const bool is_answered = work.answered && work.answered->version == stream.version;
    if (waiting.records == 0 && !is_answered) co_return Result<>();  // all expired in the source
    const Destination& destination = stream.destination;
    const CutNames names(stream, work.cut.ranges,
                         is_answered ? work.answered->oldest : *waiting.oldest);
    auto plan = plan_of(destination);
    if (!plan) co_return pass(plan);
    const bool is_text = !destination.options.http && !destination.options.is_converting();
    if (plan->is_plain() && is_text) {
        Draft& draft = work.drafts.emplace_back();
        draft.bucket = destination.bucket;
        draft.key = key_of(stream, names, *waiting.oldest);
        draft.pieces = pieces_of(waiting.data, destination.appends_newline);
        draft.compression = destination.compression;
        draft.entry = {names.uuid(""), *waiting.oldest};
        if (destination.options.is_backup_on)
            draft_backup(stream, names, waiting.data, work.drafts);
        co_return Result<>();
    }
    if (plan->is_plain() && destination.options.is_converting()) {
        auto converted = co_await convert_waiting(work, names);
        if (!converted) co_return pass(converted);
        work.drafts = std::move(*converted);
        work.waiting.text.reset();  // its file goes: what it held is in those of the drafts
        co_return Result<>();
    }
    auto drafts = co_await run_through_stages(work, std::move(*plan), names);
    if (!drafts) co_return pass(drafts);
    work.drafts = std::move(*drafts);
    work.answered.reset();
    co_return Result<>();
}

/// The next try adopts it again: the engine takes another name of the file.
io::Task<Result<Written>> Pipe::adopt(const Draft& draft, objects::Encryption encryption) {
    const std::string taken = draft.file + ".taken";
    auto crc = co_await parts_.pool.run([&]() -> Result<std::uint64_t> {
        if (auto linked = link_file(draft.file, taken); !linked) return pass(linked);
        return crc64nvme_of(draft.file);
    });
    if (!crc) co_return pass(crc);
    auto adopted = co_await parts_.objects.adopt(taken, encryption);
    if (!adopted) co_return pass(adopted);
    co_return Written{&draft, std::move(*adopted), *crc};
}

io::Task<Result<>> Pipe::stage_all(Work& work) {
    Result<> result;
    io::Scope scope(parts_.home);
    io::Signal ended(parts_.home);
    std::map<std::string, objects::Encryption> encryptions;
    const auto stage_one = [&](const Draft& one) -> io::Task<void> {
        if (!one.file.empty()) {
            auto adopted = co_await adopt(one, encryptions.at(one.bucket));
            if (adopted)
                work.written.push_back(std::move(*adopted));
            else if (result)
                result = pass(adopted);
            ended.notify();
            co_return;
        }
        const auto content = std::make_shared<Content>(parts_.pool, one.pieces,
                                                       make_encoder(one.compression, one.entry));
        auto staged = co_await parts_.objects.stage(content, encryptions.at(one.bucket));
        if (staged)
            work.written.push_back({&one, std::move(*staged), content->crc64nvme()});
        else if (result)
            result = pass(staged);
        ended.notify();
    };
    for (const Draft& one : work.drafts) {
        if (!encryptions.contains(one.bucket)) {
            auto encryption = co_await parts_.objects.default_encryption(one.bucket);
            if (!encryption && result) result = pass(encryption);
            if (encryption) encryptions[one.bucket] = *encryption;
        }
        while (scope.running() >= staging_max) co_await ended.wait();
        if (!result) break;
        scope.spawn(stage_one(one));
    }
    co_await scope.join();
    FRESHET_CHECK(!result || work.written.size() == work.drafts.size());  // all, or an error
    co_return result;
}

io::Task<void> Pipe::publish_staged() {
    if (is_publishing_) co_return;  // who publishes looks again
    is_publishing_ = true;
    while (true) {
        std::size_t count = 0;
        while (count < works_.size() && works_[count]->is_staged) ++count;
        if (count == 0) break;
        io::failpoints::reach("delivery.before_commit");
        auto published = co_await publish(count);
        io::failpoints::reach("delivery.after_commit");
        if (!published) {
            note_failure(published.error());
            break;
        }
        co_await finish(count);
        follower_.ring();
    }
    is_publishing_ = false;
}

io::Task<Result<>> Pipe::publish(std::size_t count) {
    const std::int64_t id = stream_.id;
    const DeliveryKey stream = stream_.key;
    const auto tag = stream_.tags.find(register_tag);
    const std::string table = tag == stream_.tags.end() ? "" : tag->second;
    const Timestamp now = parts_.home.now();
    std::vector<const Work*> works;
    for (std::size_t i = 0; i < count; ++i) works.push_back(works_[i].get());
    const auto publish_one = [&](meta::Txn& txn, const Written& one) -> Result<> {
        const Draft& draft = *one.draft;
        auto object = objects::Objects::publish_in(txn, draft.bucket, draft.key, one.staged,
                                                   attributes_of(one), {}, now);
        if (!object)
            return std::unexpected(std::move(object.error()).within("bucket " + draft.bucket));
        if (table.empty() || draft.kind != Draft::Kind::data) return {};
        return parts_.registry.register_in(txn, stream, table, draft.bucket, draft.key, now);
    };
    auto published = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        for (const Work* work : works) {
            for (const Written& one : work->written) {
                if (auto done = publish_one(txn, one); !done) return done;
            }
            if (auto moved = store::finish_cut(txn, id, work->cut); !moved) return moved;
        }
        return {};
    });
    co_return published;
}

/// The oldest `count` cuts are in the lake.
io::Task<void> Pipe::finish(std::size_t count) {
    std::map<log::PartitionId, log::Ordinal> trims;
    for (; count > 0; --count) {
        const std::unique_ptr<Work> work = std::move(works_.front());
        works_.pop_front();
        count_delivered(*work);
        buffer_.delivered(work->cut);
        for (const CutRange& range : work->cut.ranges) {
            if (is_inbox(range.partition)) trims[range.partition] = range.next;
        }
    }
    figures_.trouble.clear();
    retry_.succeeded();
    for (const auto& [inbox, before] : trims) co_await trim_inbox(inbox, before);
}

void Pipe::count_delivered(const Work& work) {
    for (const Written& one : work.written) {
        measure_object(work, one);
        if (one.draft->kind != Draft::Kind::data) continue;
        ++figures_.objects;
        figures_.bytes += one.staged.size;
        figures_.last_object = one.draft->key;
    }
    figures_.delivered_records += work.records;
}

void Pipe::measure_object(const Work& work, const Written& one) {
    const Options& options = work.stream->destination.options;
    const auto size = static_cast<double>(one.staged.size);
    // What an endpoint did not take lies in its backup.
    if (one.draft->kind == Draft::Kind::backup || options.http) {
        meter_.add(Metric::backup_success, 1);
        meter_.add(Metric::backup_records, static_cast<double>(one.draft->records));
        meter_.add(Metric::backup_bytes, size);
    } else if (options.partitioning && one.draft->kind == Draft::Kind::data) {
        const Millis age = std::max<Millis>(
            1s, parts_.home.now() - work.waiting.oldest.value_or(parts_.home.now()));
        meter_.add(Metric::partition_throughput, size * 1000 / static_cast<double>(age.count()));
    }
}

// --- after a failure

io::Task<void> Pipe::settle() {
    co_await bringing_.join();
    FRESHET_CHECK(failure_ && !is_publishing_);
    co_await discard_staged();
    const Error error = *std::exchange(failure_, std::nullopt);
    co_await back_off(error);
    if (!follower_.is_stopping()) restart_works();
}

/// The next try stages them again.
io::Task<void> Pipe::discard_staged() {
    for (const auto& work : works_) {
        for (Written& one : work->written) co_await parts_.objects.discard(std::move(one.staged));
        work->written.clear();
        work->is_staged = false;
    }
}

void Pipe::restart_works() {
    if (works_.empty()) return;
    Work& oldest = *works_.front();
    // What an endpoint was sent is not sent again for another destination.
    const bool is_sent = oldest.is_drafted && oldest.stream->destination.options.http;
    const bool is_as_it_was = std::ranges::all_of(works_, [this](const auto& work) {
        return work->is_whole && work->stream->version == stream_.version;
    });
    if (is_as_it_was || is_sent) {
        for (const auto& work : works_) bringing_.spawn(bring(*work));
    } else if (oldest.has_calls) {
        oldest.drafts.clear();  // they view what is read again
        oldest.is_drafted = oldest.is_read = false;
        oldest.is_whole = true;
    } else {
        works_.clear();
        buffer_.begin_again();
        version_ = stream_.version;
    }
}

/// Delivered records are not read again. A trim that failed is made up for by the next one.
io::Task<void> Pipe::trim_inbox(log::PartitionId inbox, log::Ordinal before) {
    auto trimmed = co_await parts_.pool.run([&] { return parts_.log.trim(inbox, before); });
    if (!trimmed)
        log_warn("delivery", "trim failed",
                 {{"stream", stream_.key.name}, {"reason", trimmed.error().message()}});
}

}  // namespace freshet::delivery
