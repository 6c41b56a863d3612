#include "delivery/stages/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "delivery/limits.h"
#include "delivery/stages/decompress.h"
#include "delivery/stages/split.h"
#include "delivery/stages/transform_calls.h"
#include "io/steady_time.h"

namespace freshet::delivery {
namespace {

void fail_item(const Item& item, const char* code, std::string message, Timestamp now, Flow& flow) {
    append_failed(item, {{code, std::move(message)}, 1, now, ""},
                  flow.failures["processing-failed"]);
}

void decompress(const Plan& plan, Timestamp now, Flow& flow) {
    std::vector<Item> left;
    left.reserve(flow.items.size());
    double records = 0, bytes = 0, failed_records = 0, failed_bytes = 0;
    for (Item& item : flow.items) {
        auto plain = gunzip(item.data.view(), limits::decompressed_bytes_max);
        (plain ? records : failed_records) += 1;
        (plain ? bytes : failed_bytes) +=
            static_cast<double>(plain ? plain->size() : item.data.size());
        if (!plain) {
            flow.failures["decompression-failed"] += item.source.view();
            continue;
        }
        if (plan.extracts_messages) {
            plain = log_messages(*plain);
            if (!plain) {
                fail_item(item, "CloudWatchLogProcessing.MalformedData",
                          "The record is not a payload of CloudWatch Logs", now, flow);
                continue;
            }
            if (plain->empty()) continue;  // a control message
        }
        item.data = Bytes::own(std::move(*plain));
        left.push_back(std::move(item));
    }
    flow.items = std::move(left);
    flow.measured.insert(flow.measured.end(), {{Metric::decompressed_records, records},
                                               {Metric::decompressed_bytes, bytes},
                                               {Metric::undecompressed_records, failed_records},
                                               {Metric::undecompressed_bytes, failed_bytes}});
}

void split(const Splitting& splitting, Timestamp now, Flow& flow) {
    std::vector<Item> left;
    left.reserve(flow.items.size());
    for (Item& item : flow.items) {
        const std::string_view text = item.data.view();
        const auto parts = splitting.is_json
                               ? split_json(text)
                               : std::optional(split_delimited(text, splitting.delimiter));
        if (!parts || parts->size() > limits::sub_records_max) {
            fail_item(item, "RecordDeAggregation.MalformedData",
                      parts ? fmt::format("The record holds more than {} records",
                                          limits::sub_records_max)
                            : "The record is not a sequence of JSON values",
                      now, flow);
            continue;
        }
        for (std::size_t i = 0; i < parts->size(); ++i) {
            Item part = item;
            part.origin.sub = item.origin.sub * (limits::sub_records_max + 1) + i;
            part.data = item.data.slice(static_cast<std::size_t>((*parts)[i].data() - text.data()),
                                        (*parts)[i].size());
            part.source = part.data;
            left.push_back(std::move(part));
        }
    }
    flow.items = std::move(left);
}

double ms_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double, std::milli>(io::monotonic_now() - began).count();
}

/// The keys of each record; one whose query fails is a failure.
Result<> extract(KeyExtractor& extractor, const std::string& query, Timestamp now, Flow& flow) {
    const auto began = io::monotonic_now();
    std::vector<Item> left;
    left.reserve(flow.items.size());
    KeyInterner interner;
    std::vector<std::string_view> records;
    for (std::size_t at = 0; at < flow.items.size(); at += records.size()) {
        const std::size_t count = std::min(limits::query_chunk_records_max, flow.items.size() - at);
        records.clear();
        for (std::size_t i = 0; i < count; ++i) records.push_back(flow.items[at + i].data.view());
        auto extracted = extractor.extract(query, records);
        if (!extracted) return pass(extracted);
        FRESHET_CHECK(extracted->size() == count);  // one answer a record
        for (std::size_t i = 0; i < count; ++i) {
            Item& item = flow.items[at + i];
            auto& keys = (*extracted)[i];
            if (!keys) {
                fail_item(item, "DynamicPartitioning.MetadataExtractionFailed", keys.error(), now,
                          flow);
                continue;
            }
            item.from_query = interner.intern(std::move(*keys));
            left.push_back(std::move(item));
        }
    }
    flow.items = std::move(left);
    flow.measured.push_back({Metric::query_duration, ms_since(began)});
    return {};
}

}  // namespace

void run_plain_stages(const Plan& plan, Flow& flow, Timestamp now) {
    if (plan.decompresses) decompress(plan, now, flow);
    if (plan.splitting) split(*plan.splitting, now, flow);
}

io::Task<Result<Flow>> run_to_function(StageParts parts, const DeliveryStream& stream,
                                       const Plan& plan, Flow flow) {
    const Timestamp now = parts.home.now();
    if (plan.decompresses || plan.splitting)
        co_await parts.pool.run([&] { run_plain_stages(plan, flow, now); });
    if (plan.transformation) {
        TransformCalls calls(parts, stream, *plan.transformation);
        auto transformed = co_await calls.run(flow);
        if (!transformed) co_return pass(transformed);
    }
    co_return flow;
}

io::Task<Result<Flow>> run_after_function(StageParts parts, const Plan& plan, Flow flow) {
    const Timestamp now = parts.home.now();
    if (!plan.query.empty()) {
        auto extracted = co_await parts.pool.run(
            [&] { return extract(parts.extractor, plan.query, now, flow); });
        if (!extracted) co_return pass(extracted);
    }
    co_return flow;
}

}  // namespace freshet::delivery
