// How a pipe runs the stages of its destination over a cut.
#include "delivery/pipe.h"

#include "base/check.h"
#include "delivery/http/sender.h"

namespace freshet::delivery {
namespace {

/// All of it was taken with its places. The records move out of `waiting`, unless a backup takes
/// them from there.
Flow flow_of(Waiting& waiting, bool is_backed_up) {
    FRESHET_CHECK(waiting.places.records() == waiting.data.size());
    auto& keys = waiting.partition_keys;
    if (!keys.empty()) keys.resize(waiting.data.size());
    Flow flow;
    flow.items.reserve(waiting.data.size());
    for (std::size_t i = 0; i < waiting.data.size(); ++i) {
        const RecordPlaces::At place = waiting.places.at(i);
        flow.items.push_back({waiting.data[i], waiting.data[i], place.arrival, place.origin,
                              keys.empty() ? Bytes() : std::move(keys[i])});
    }
    waiting.places = {};
    keys = {};
    if (!is_backed_up) waiting.data = {};
    return flow;
}

std::size_t bytes_of(const Flow& flow) {
    std::size_t bytes = 0;
    for (const Item& item : flow.items)
        bytes += sizeof(Item) + item.data.size() + item.source.size() + item.partition_key.size();
    for (const auto& [type, lines] : flow.failures) bytes += lines.size();
    return bytes;
}

}  // namespace

/// What the function answered is kept, so that a failure after it calls nobody again.
io::Task<Result<Flow>> Pipe::run_stages(Work& work, const Plan& plan) {
    const DeliveryStream& stream = *work.stream;
    const Options& options = stream.destination.options;
    const StageParts parts{parts_.home, parts_.pool, parts_.source, parts_.functions,
                           parts_.extractor};
    Flow flow;
    if (work.answered && work.answered->version == stream.version) {
        flow = work.answered->flow;
    } else {
        work.answered.reset();
        const Timestamp oldest = *work.waiting.oldest;
        auto answered = co_await run_to_function(parts, stream, plan,
                                                 flow_of(work.waiting, options.is_backup_on));
        if (!answered) co_return pass(answered);
        flow = std::move(*answered);
        const bool may_fail = !plan.query.empty() || options.is_converting();
        const std::size_t bytes = bytes_of(flow);
        if (plan.transformation && may_fail && bytes <= limits::answered_bytes_max &&
            ahead_.has_room(bytes))
            work.answered.emplace(stream.version, oldest, flow, Ahead::Share(ahead_, bytes));
    }
    auto ran = co_await run_after_function(parts, plan, std::move(flow));
    co_return ran;
}

io::Task<Result<std::vector<Draft>>> Pipe::run_through_stages(Work& work, Plan plan,
                                                              CutNames names) {
    const DeliveryStream& stream = *work.stream;
    const bool is_partitioned = plan.is_partitioned;
    const bool is_backed_up = stream.destination.options.is_backup_on;
    std::vector<Draft> drafts;
    work.is_whole = false;
    auto ran = co_await run_stages(work, plan);
    if (!ran) co_return pass(ran);
    Flow flow = std::move(*ran);
    const Timestamp now = parts_.home.now();
    if (stream.destination.options.http) {
        auto sent = co_await send(stream, names, flow);
        if (!sent) co_return pass(sent);
        flow.items.clear();
    }
    std::vector<Portion> portions;
    co_await parts_.pool.run([&] {
        portions = is_partitioned ? partition(flow, stream.destination, parts_.partitions_max,
                                              names.input().seed, now)
                                  : one_portion(flow, stream.destination, names.input());
        draft_failures(stream, names, flow.failures, drafts);
    });
    if (stream.destination.options.is_converting()) {
        auto converted = co_await convert_portions(stream, names, flow, portions, drafts);
        if (!converted) co_return pass(converted);
    } else {
        co_await parts_.pool.run([&] { draft_data(stream, names, std::move(portions), drafts); });
    }
    if (is_backed_up) draft_backup(stream, names, work.waiting.data, drafts);
    meter_.add(flow.measured);
    work.is_whole = true;
    co_return drafts;
}

io::Task<Result<>> Pipe::send(const DeliveryStream& stream, CutNames names, Flow& flow) {
    if (stream.destination.appends_newline) {
        for (Item& item : flow.items) item.data = Bytes::own(item.data.str() + "\n");
    }
    for (const Item& item : flow.items)
        meter_.add(Metric::endpoint_processed_bytes, static_cast<double>(item.data.size()));
    meter_.add(Metric::endpoint_processed_records, static_cast<double>(flow.items.size()));
    const auto on_problem = [this](const StageProblem& problem) {
        meter_.add(Metric::endpoint_success, 0);
        figures_.trouble = problem.message;
        ++figures_.failures;
        if (stream_.destination.logs_errors)
            parts_.source.write_problem(stream_, parts_.home.now(), problem);
    };
    EndpointSender sender({parts_.home, follower_, wake_, on_problem},
                          *stream.destination.options.http,
                          parts_.source.event_names(stream).delivery_stream_arn, names);
    auto sent = co_await sender.send(flow);
    for (std::size_t i = 0; i < sender.sent_requests(); ++i)
        meter_.add(Metric::endpoint_success, 1);
    meter_.add(Metric::endpoint_records, static_cast<double>(sender.sent_records()));
    meter_.add(Metric::endpoint_bytes, static_cast<double>(sender.sent_bytes()));
    figures_.endpoint_records += sender.sent_records();
    figures_.endpoint_bytes += sender.sent_bytes();
    co_return sent;
}

}  // namespace freshet::delivery
