// The records of a chunk as the engine takes them: their own data, or what the preprocessing
// function made of it. The function is called several times at once, in order; all records come
// back or all are asked again.
#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "analytics/run/runner.h"
#include "base/crypto/digest.h"
#include "record/transform.h"

namespace freshet::analytics {

io::Task<Result<std::vector<Prepared>>> Runner::prepare(const std::vector<Taken>& taken) {
    if (has_function()) {
        auto answered = co_await ask_function(taken);
        co_return answered;
    }
    auto decoded = co_await parts_.pool.run([&] { return decode(taken); });
    co_return decoded;
}

Result<std::vector<Prepared>> Runner::decode(const std::vector<Taken>& taken) const {
    std::vector<Prepared> all;
    all.reserve(taken.size());
    for (const Taken& one : taken) {
        auto decoded = parts_.siblings.decode(one.record.data);
        if (!decoded) return pass(decoded);
        all.push_back({one.rank, one.record.time, Verdict::ok, std::move(decoded->partition_key),
                       parts_.siblings.sequence_number(*sources_.find(one.rank), one.record),
                       std::move(decoded->data)});
    }
    return all;
}

io::Task<Result<std::vector<Prepared>>> Runner::ask_function(const std::vector<Taken>& taken) {
    std::vector<std::pair<std::size_t, std::size_t>> events;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        const std::size_t size = taken[i].record.data.size();
        const bool full = events.empty() || i - events.back().first >= limits::event_records_max ||
                          bytes + size > limits::event_bytes_max;
        if (full) {
            events.emplace_back(i, i);
            bytes = 0;
        }
        bytes += size;
        events.back().second = i + 1;
    }
    std::vector<Result<std::vector<Prepared>>> answers(events.size());
    for (std::size_t first = 0; first < events.size(); first += limits::calls_max) {
        io::Scope calls(parts_.home);
        const std::size_t last = std::min(first + limits::calls_max, events.size());
        for (std::size_t i = first; i < last; ++i)
            calls.spawn(call_function(&taken, events[i].first, events[i].second, &answers[i]));
        co_await calls.join();
        for (std::size_t i = first; i < last; ++i) {
            if (!answers[i]) co_return pass(answers[i]);
        }
    }
    std::vector<Prepared> all;
    for (auto& answer : answers) std::ranges::move(*answer, std::back_inserter(all));
    co_return all;
}

io::Task<void> Runner::call_function(const std::vector<Taken>* taken, std::size_t from,
                                     std::size_t to, Result<std::vector<Prepared>>* answer) {
    const std::vector<Taken> mine(taken->begin() + static_cast<std::ptrdiff_t>(from),
                                  taken->begin() + static_cast<std::ptrdiff_t>(to));
    auto prepared = decode(mine);
    if (!prepared) {
        *answer = pass(prepared);
        co_return;
    }
    std::vector<record::TransformRecord> records;
    for (const Prepared& one : *prepared)
        records.push_back({one.sequence_number, sources_.find(one.shard)->id, one.partition_key,
                           one.arrival, one.data});
    const Input& input = application_.inputs[0];
    const std::string invocation =
        to_hex(sha256(records.front().id + records.back().id)).substr(0, 32);
    Bytes event = co_await parts_.pool.run([&] {
        return record::transform_event(invocation, arn_of(application_.key), input.stream_arn,
                                       records);
    });
    auto called = co_await parts_.siblings.call(input.processor->function_arn, std::move(event));
    if (!called) {
        *answer = pass(called);
        co_return;
    }
    auto transformed =
        co_await parts_.pool.run([&] { return record::transform_answer(*called, records); });
    if (!transformed) {
        *answer = std::unexpected(
            std::move(transformed.error()).within("function " + input.processor->function_arn));
        co_return;
    }
    for (std::size_t i = 0; i < records.size(); ++i) {
        const record::TransformResult result = (*transformed)[i].result;
        (*prepared)[i].verdict = result == record::TransformResult::ok        ? Verdict::ok
                                 : result == record::TransformResult::dropped ? Verdict::dropped
                                                                              : Verdict::failed;
        if ((*prepared)[i].verdict != Verdict::failed) (*prepared)[i].data = (*transformed)[i].data;
    }
    *answer = std::move(prepared);
}

}  // namespace freshet::analytics
