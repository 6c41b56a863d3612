#include "analytics/run/prepare.h"

#include <fmt/format.h>

#include <algorithm>

#include "analytics/limits.h"
#include "base/check.h"
#include "base/crypto/digest.h"
#include "record/transform.h"

namespace freshet::analytics {

std::vector<EventRange> events_of(const std::vector<Taken>& taken) {
    std::vector<EventRange> events;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        const std::size_t size = taken[i].record.data.size();
        const bool is_full = events.empty() ||
                             i - events.back().from >= limits::event_records_max ||
                             bytes + size > limits::event_bytes_max;
        if (is_full) {
            events.push_back({i, i});
            bytes = 0;
        }
        bytes += size;
        events.back().to = i + 1;
    }
    return events;
}

io::Task<Result<std::vector<Prepared>>> Preparation::prepare(const std::vector<Taken>& taken) {
    if (has_function()) {
        auto answered = co_await ask_function(taken);
        co_return answered;
    }
    auto decoded = co_await pool_.run([&] { return decode(taken); });
    co_return decoded;
}

Result<std::vector<Prepared>> Preparation::decode(const std::vector<Taken>& taken) const {
    std::vector<Prepared> all;
    all.reserve(taken.size());
    for (const Taken& one : taken) {
        auto decoded = siblings_.decode(one.record.data);
        if (!decoded) return pass(decoded);
        Prepared& prepared = all.emplace_back();
        prepared.shard = one.rank;
        prepared.arrival = one.record.time;
        prepared.partition_key = std::move(decoded->partition_key);
        if (has_numbers_)
            prepared.sequence_number =
                siblings_.sequence_number(*sources_.find(one.rank), one.record);
        prepared.data = std::move(decoded->data);
    }
    return all;
}

io::Task<Result<std::vector<Prepared>>> Preparation::ask_function(const std::vector<Taken>& taken) {
    const std::vector<EventRange> events = events_of(taken);
    std::vector<Result<std::vector<Prepared>>> answers(events.size());
    for (std::size_t first = 0; first < events.size(); first += limits::calls_max) {
        io::Scope calls(home_);
        const std::size_t last = std::min(first + limits::calls_max, events.size());
        for (std::size_t i = first; i < last; ++i)
            calls.spawn(call_function(&taken, events[i], &answers[i]));
        co_await calls.join();
        for (std::size_t i = first; i < last; ++i) {
            if (!answers[i]) co_return pass(answers[i]);
        }
    }
    std::vector<Prepared> all;
    for (auto& answer : answers) std::ranges::move(*answer, std::back_inserter(all));
    // An answer for each record: a function that left one out has failed.
    FRESHET_CHECK(all.size() == taken.size());
    co_return all;
}

io::Task<void> Preparation::call_function(const std::vector<Taken>* taken, EventRange range,
                                          Result<std::vector<Prepared>>* answer) {
    const std::vector<Taken> mine(taken->begin() + static_cast<std::ptrdiff_t>(range.from),
                                  taken->begin() + static_cast<std::ptrdiff_t>(range.to));
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
    Bytes event = co_await pool_.run([&] {
        return record::transform_event(invocation, arn_of(application_.key), input.stream_arn,
                                       records);
    });
    auto called = co_await siblings_.call(input.processor->function_arn, std::move(event));
    if (!called) {
        *answer = pass(called);
        co_return;
    }
    auto transformed =
        co_await pool_.run([&] { return record::transform_answer(*called, records); });
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
