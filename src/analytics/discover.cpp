// DiscoverInputSchema: a sample of a stream or of an object, through the function when one is
// named.
#include <fmt/format.h>

#include "analytics/analytics.h"
#include "analytics/limits.h"
#include "base/text/utf8.h"
#include "record/text.h"

namespace freshet::analytics {

/// The newest records of each shard, or the oldest for TRIM_HORIZON.
io::Task<Result<std::vector<record::TransformRecord>>> Applications::sample_stream(Sample sample) {
    auto shards = parts_.siblings.shards(sample.stream_arn);
    if (!shards) co_return fail(Errc::not_found, shards.error().message());
    std::vector<record::TransformRecord> records;
    for (const Shard& shard : *shards) {
        auto tail = parts_.log.tail(shard.partition);
        if (!tail) co_return fail(Errc::unavailable, tail.error().message());
        log::Ordinal from = tail->first;
        if (sample.start != Start::trim_horizon && tail->next - from > limits::sample_records_max)
            from = tail->next - limits::sample_records_max;
        auto read = co_await parts_.pool.run([&] {
            return parts_.log.read(shard.partition, from, limits::sample_records_max,
                                   limits::sample_bytes_max);
        });
        if (!read) co_return fail(Errc::unavailable, read.error().message());
        for (const log::Record& one : *read) {
            if (parts_.siblings.is_end(one.data)) continue;
            auto decoded = parts_.siblings.decode(one.data);
            if (!decoded) co_return fail(Errc::unavailable, decoded.error().message());
            records.push_back({parts_.siblings.sequence_number(shard, one), shard.id,
                               decoded->partition_key, one.time, decoded->data});
        }
    }
    co_return records;
}

io::Task<Result<>> Applications::discover(ApplicationKey caller, Sample sample, Discovery* out) {
    std::vector<record::TransformRecord> records;
    if (!sample.object_key.empty()) {
        auto object = co_await parts_.siblings.read_object(sample.bucket_arn, sample.object_key,
                                                           limits::sample_bytes_max);
        if (!object) co_return fail(Errc::invalid_argument, object.error().message());
        records.push_back({"1", "", "", parts_.home.now(), std::move(*object)});
    } else {
        auto sampled = co_await sample_stream(sample);
        if (!sampled) co_return pass(sampled);
        records = std::move(*sampled);
    }
    if (records.empty()) co_return fail(Errc::no_schema, "No records were found in the source");
    for (const auto& one : records) out->raw.push_back(repaired_utf8(one.data.view()));
    std::vector<Bytes> data;
    if (sample.processor) {
        Bytes event =
            record::transform_event("discover", arn_of(caller), sample.stream_arn, records);
        auto called =
            co_await parts_.siblings.call(sample.processor->function_arn, std::move(event));
        if (!called) co_return fail(Errc::no_schema, called.error().message());
        auto transformed = record::transform_answer(*called, records);
        if (!transformed) co_return fail(Errc::no_schema, transformed.error().message());
        for (const auto& one : *transformed) {
            if (one.result == record::TransformResult::ok) data.push_back(one.data);
        }
    } else {
        for (const auto& one : records) data.push_back(one.data);
    }
    for (const Bytes& one : data) out->processed.push_back(repaired_utf8(one.view()));
    auto found = co_await parts_.pool.run([&] { return record::discover(data); });
    if (!found) co_return fail(Errc::no_schema, found.error().message());
    out->found = std::move(*found);
    co_return Result<>();
}

}  // namespace freshet::analytics
