#include "delivery/stages/transform_calls.h"

#include "base/check.h"
#include "base/uuid.h"
#include "delivery/limits.h"
#include "io/steady_time.h"

namespace freshet::delivery {

std::vector<TransformCalls::Batch> TransformCalls::batches_of(
    const std::vector<Item>& items) const {
    std::vector<Batch> batches;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const bool is_full =
            bytes + items[i].data.size() > transformation_.batch_bytes ||
            (!batches.empty() && i - batches.back().first == limits::transform_records_max);
        if (batches.empty() || is_full) {
            batches.push_back({i, i, {}, {}, 0, {}});
            bytes = 0;
        }
        batches.back().end = i + 1;
        bytes += items[i].data.size();
    }
    return batches;
}

io::Task<Result<>> TransformCalls::run(Flow& flow) {
    std::vector<Batch> batches = batches_of(flow.items);
    for (Batch& batch : batches) {
        while (scope_.running() >= limits::transform_calls_max) co_await ended_.wait();
        if (is_cancelled_) break;
        scope_.spawn(call(flow, batch));
    }
    co_await scope_.join();
    if (is_cancelled_) co_return fail(freshet::Errc::cancelled, "Freshet is stopping");
    apply(batches, flow);
    co_return Result<>();
}

Bytes TransformCalls::event_of(std::span<const Item> items) const {
    EventNames names = parts_.source.event_names(stream_);
    names.invocation_id = new_uuid();
    std::vector<ShardPlace> places;
    if (stream_.source) {
        places.reserve(items.size());
        for (const Item& item : items)
            places.push_back(parts_.source.place_of(*stream_.source, item.origin, item.arrival));
    }
    return transform_event(names, items, places);
}

io::Task<void> TransformCalls::call(const Flow& flow, Batch& batch) {
    const auto items = std::span(flow.items).subspan(batch.first, batch.end - batch.first);
    const Bytes event = event_of(items);
    while (true) {
        ++batch.attempts;
        const auto began = io::monotonic_now();
        Called called = co_await parts_.functions.call(transformation_.function_arn, event);
        batch.ended = parts_.home.now();
        const std::chrono::duration<double, std::milli> took = io::monotonic_now() - began;
        batch.measured.push_back({Metric::processing_duration, took.count()});
        is_cancelled_ = is_cancelled_ || called.is_cancelled;
        if (is_cancelled_) break;
        batch.problem = std::move(called.problem);
        batch.measured.push_back(
            {Metric::processing_success, batch.problem.code.empty() ? 1.0 : 0.0});
        if (batch.problem.code.empty()) {
            // An answer that is not what was asked for is final: only a call that failed is made
            // again.
            auto made = transform_answer(called.payload, items);
            if (made)
                batch.made = std::move(*made);
            else
                batch.problem = std::move(made.error());
            break;
        }
        if (batch.attempts > transformation_.retries) break;
    }
    ended_.notify();
}

void TransformCalls::apply(const std::vector<Batch>& batches, Flow& flow) const {
    std::vector<Item> left;
    left.reserve(flow.items.size());
    std::size_t seen = 0;
    KeyInterner keys;
    double records = 0, bytes = 0;
    for (const Batch& batch : batches) {
        FRESHET_CHECK(batch.first == seen && batch.attempts > 0);  // no record is passed over
        seen = batch.end;
        flow.measured.insert(flow.measured.end(), batch.measured.begin(), batch.measured.end());
        const auto refuse = [&](const Item& item, const StageProblem& problem) {
            append_failed(item,
                          {problem, batch.attempts, batch.ended, transformation_.function_arn},
                          flow.failures["processing-failed"]);
        };
        for (std::size_t i = batch.first; i < batch.end; ++i) {
            Item& item = flow.items[i];
            if (!batch.problem.code.empty()) {
                refuse(item, batch.problem);
                continue;
            }
            const Transformed& made = batch.made[i - batch.first];
            if (made.result != TransformResult::failed) {
                ++records;
                bytes += static_cast<double>(item.data.size());
            } else {
                refuse(item,
                       {"Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"});
            }
            if (made.result != TransformResult::ok) continue;
            item.data = made.data;
            if (!made.keys.empty()) item.from_lambda = keys.intern(made.keys);
            left.push_back(std::move(item));
        }
    }
    FRESHET_CHECK(seen == flow.items.size());
    flow.measured.push_back({Metric::processed_records, records});
    flow.measured.push_back({Metric::processed_bytes, bytes});
    flow.items = std::move(left);
}

}  // namespace freshet::delivery
