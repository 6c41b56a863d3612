// How a pipe brings a cut into the lake: its objects are drafted, staged and published.
#include "base/check.h"
#include "base/log.h"
#include "delivery/codecs/content.h"
#include "delivery/http/sender.h"
#include "delivery/pipe.h"

namespace freshet::delivery {
namespace {

/// At once, of one cut: they share the writes of a pack.
constexpr std::size_t staging_max = 32;

objects::Attributes attributes_of(const Draft& draft) {
    objects::Attributes attributes{{"content-type", "application/octet-stream"}};
    const std::string encoding = words_of(draft.compression).content_encoding;
    if (!encoding.empty()) attributes["content-encoding"] = encoding;
    return attributes;
}

}  // namespace

/// Journal the cut, stage the bytes, publish: a crash at any point makes the same objects again, or
/// finds them in the lake.
io::Task<Result<>> Pipe::deliver(Work& work) {
    const std::int64_t id = stream_.id;
    auto written_down = co_await parts_.database.write(
        [&](meta::Txn& txn) { return store::write_cut(txn, id, work.cut); });
    if (!written_down) co_return written_down;
    if (auto drafted = co_await draft(work); !drafted) co_return drafted;
    std::vector<Written> written;
    auto done = co_await stage_all(work.drafts, written);
    if (done) done = co_await publish(work.cut, written);
    if (!done) {
        // The next try stages them again.
        for (Written& one : written) co_await parts_.objects.discard(std::move(one.staged));
        co_return done;
    }
    count_delivered(written);
    buffer_.delivered(work.cut);
    for (const CutRange& range : work.cut.ranges) {
        if (is_inbox(range.partition)) co_await trim_inbox(range.partition, range.next);
    }
    retry_.succeeded();
    co_return Result<>();
}

/// A new destination holds from the next try on: nothing of this cut is in the lake yet.
io::Task<Result<>> Pipe::draft(Work& work) {
    // What an endpoint was sent is not sent again for another destination.
    const bool is_sent = work.version != 0 && stream_.destination.options.http;
    if (work.version == stream_.version || is_sent) co_return Result<>();
    const int version = stream_.version;
    if (buffer_.data().empty()) {  // all of it expired in the source: the positions move alone
        work.drafts.clear();
        work.version = version;
        co_return Result<>();
    }
    FRESHET_CHECK(buffer_.oldest());  // there are records
    const CutNames names(stream_, work.cut.ranges, *buffer_.oldest());
    std::vector<Draft> drafts;
    auto plan = plan_of(stream_.destination);
    if (!plan) co_return pass(plan);
    if (plan->is_plain() && !stream_.destination.options.http) {
        const Destination& destination = stream_.destination;
        Draft& draft = drafts.emplace_back();
        draft.bucket = destination.bucket;
        draft.key = work.cut.key;
        draft.pieces = pieces_of(buffer_.data(), destination.appends_newline);
        draft.compression = destination.compression;
        draft.entry = {names.uuid(""), *buffer_.oldest()};
        if (destination.options.is_backup_on) draft_backup(stream_, names, buffer_.data(), drafts);
    } else {
        auto staged = co_await run_through_stages(std::move(*plan), names);
        if (!staged) co_return pass(staged);
        drafts = std::move(*staged);
    }
    work.drafts = std::move(drafts);
    work.version = version;
    co_return Result<>();
}

io::Task<Result<std::vector<Draft>>> Pipe::run_through_stages(Plan plan, CutNames names) {
    const DeliveryStream stream = stream_;
    const bool is_partitioned = plan.is_partitioned;
    std::vector<Draft> drafts;
    auto ran = co_await run_stages(
        {parts_.home, parts_.pool, parts_.source, parts_.functions, parts_.extractor}, stream,
        std::move(plan), flow_of_waiting());
    if (!ran) co_return pass(ran);
    Flow flow = std::move(*ran);
    const Timestamp now = parts_.home.now();
    if (stream.destination.options.http) {
        auto sent = co_await send(stream, names, flow);
        if (!sent) co_return pass(sent);
        flow.items.clear();
    }
    co_await parts_.pool.run([&] {
        std::vector<Portion> portions =
            is_partitioned ? partition(flow, stream.destination, parts_.partitions_max,
                                       names.input().seed, now)
                           : one_portion(flow, stream.destination, names.input());
        draft_data(stream, names, std::move(portions), drafts);
        draft_failures(stream, names, flow.failures, drafts);
    });
    if (stream.destination.options.is_backup_on)
        draft_backup(stream, names, buffer_.data(), drafts);
    co_return drafts;
}

io::Task<Result<>> Pipe::send(const DeliveryStream& stream, CutNames names, Flow& flow) {
    if (stream.destination.appends_newline) {
        for (Item& item : flow.items) item.data = Bytes::own(item.data.str() + "\n");
    }
    const auto on_problem = [this](const StageProblem& problem) {
        figures_.trouble = problem.message;
        ++figures_.failures;
        if (stream_.destination.logs_errors)
            parts_.source.write_problem(stream_, parts_.home.now(), problem);
    };
    EndpointSender sender({parts_.home, follower_, wake_, on_problem},
                          *stream.destination.options.http,
                          parts_.source.event_names(stream).delivery_stream_arn, names);
    auto sent = co_await sender.send(flow);
    figures_.endpoint_records += sender.sent_records();
    figures_.endpoint_bytes += sender.sent_bytes();
    co_return sent;
}

Flow Pipe::flow_of_waiting() const {
    const auto& data = buffer_.data();
    const auto& placed = buffer_.placed();
    FRESHET_CHECK(placed.size() == data.size());  // run() has seen to it
    Flow flow;
    flow.items.reserve(data.size());
    for (std::size_t i = 0; i < data.size(); ++i) {
        const Origin& origin = placed[i].origin;
        flow.items.push_back({data[i],
                              data[i],
                              origin.arrival,
                              {origin.partition, origin.ordinal, placed[i].sub},
                              placed[i].partition_key});
    }
    return flow;
}

io::Task<Result<>> Pipe::stage_all(const std::vector<Draft>& drafts,
                                   std::vector<Written>& written) {
    Result<> result;
    io::Scope scope(parts_.home);
    io::Signal ended(parts_.home);
    const auto stage_one = [&](const Draft& one) -> io::Task<void> {
        auto staged = co_await stage(one);
        if (staged)
            written.push_back({&one, std::move(*staged)});
        else if (result)
            result = pass(staged);
        ended.notify();
    };
    for (const Draft& one : drafts) {
        while (scope.running() >= staging_max) co_await ended.wait();
        if (!result) break;
        scope.spawn(stage_one(one));
    }
    co_await scope.join();
    FRESHET_CHECK(!result || written.size() == drafts.size());  // all of them, or an error
    co_return result;
}

io::Task<Result<objects::Staged>> Pipe::stage(const Draft& draft) {
    auto encryption = co_await parts_.objects.default_encryption(draft.bucket);
    if (!encryption) co_return pass(encryption);
    auto staged = co_await parts_.objects.stage(
        std::make_shared<Content>(parts_.pool, draft.pieces,
                                  make_encoder(draft.compression, draft.entry)),
        *encryption);
    co_return staged;
}

io::Task<Result<>> Pipe::publish(const Cut& cut, const std::vector<Written>& written) {
    const std::int64_t id = stream_.id;
    const DeliveryKey stream = stream_.key;
    const auto tag = stream_.tags.find(register_tag);
    const std::string table = tag == stream_.tags.end() ? "" : tag->second;
    const Timestamp now = parts_.home.now();
    auto published = co_await parts_.database.write([&](meta::Txn& txn) -> Result<> {
        for (const Written& one : written) {
            auto object =
                objects::Objects::publish_in(txn, one.draft->bucket, one.draft->key, one.staged,
                                             attributes_of(*one.draft), {}, now);
            if (!object)
                return std::unexpected(
                    std::move(object.error()).within("bucket " + one.draft->bucket));
            if (table.empty() || one.draft->kind != Draft::Kind::data) continue;
            auto registered = parts_.registry.register_in(txn, stream, table, one.draft->bucket,
                                                          one.draft->key, now);
            if (!registered) return registered;
        }
        return store::finish_cut(txn, id, cut);
    });
    co_return published;
}

void Pipe::count_delivered(const std::vector<Written>& written) {
    for (const Written& one : written) {
        if (one.draft->kind != Draft::Kind::data) continue;
        ++figures_.objects;
        figures_.bytes += one.staged.size;
        figures_.last_object = one.draft->key;
    }
    figures_.delivered_records += buffer_.records();
    figures_.trouble.clear();
}

/// Delivered records are not read again. A trim that failed is made up for by the next one.
io::Task<void> Pipe::trim_inbox(log::PartitionId inbox, log::Ordinal before) {
    auto trimmed = co_await parts_.pool.run([&] { return parts_.log.trim(inbox, before); });
    if (!trimmed)
        log_warn("delivery", "trim failed",
                 {{"stream", stream_.key.name}, {"reason", trimmed.error().message()}});
}

}  // namespace freshet::delivery
