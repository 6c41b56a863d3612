#include "delivery/stages/stages.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "delivery/limits.h"
#include "delivery/stages/decompress.h"
#include "delivery/stages/split.h"
#include "delivery/stages/transform_calls.h"

namespace freshet::delivery {
namespace {

void fail_item(const Item& item, const char* code, std::string message, Timestamp now, Flow& flow) {
    append_failed(item, {{code, std::move(message)}, 1, now, ""},
                  flow.failures["processing-failed"]);
}

void decompress(const Plan& plan, Timestamp now, Flow& flow) {
    std::vector<Item> left;
    left.reserve(flow.items.size());
    for (Item& item : flow.items) {
        auto plain = gunzip(item.data.view(), limits::decompressed_bytes_max);
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

/// The keys of each record; one whose query fails is a failure.
Result<> extract(KeyExtractor& extractor, const std::string& query, Timestamp now, Flow& flow) {
    std::vector<std::string_view> records;
    records.reserve(flow.items.size());
    for (const Item& item : flow.items) records.push_back(item.data.view());
    auto extracted = extractor.extract(query, records);
    if (!extracted) return pass(extracted);
    FRESHET_CHECK(extracted->size() == flow.items.size());  // one answer a record
    std::vector<Item> left;
    left.reserve(flow.items.size());
    for (std::size_t i = 0; i < flow.items.size(); ++i) {
        auto& keys = (*extracted)[i];
        if (keys) {
            flow.items[i].from_query = std::move(*keys);
            left.push_back(std::move(flow.items[i]));
        } else {
            fail_item(flow.items[i], "DynamicPartitioning.MetadataExtractionFailed", keys.error(),
                      now, flow);
        }
    }
    flow.items = std::move(left);
    return {};
}

}  // namespace

void run_plain_stages(const Plan& plan, Flow& flow, Timestamp now) {
    if (plan.decompresses) decompress(plan, now, flow);
    if (plan.splitting) split(*plan.splitting, now, flow);
}

io::Task<Result<Flow>> run_stages(StageParts parts, const DeliveryStream& stream, Plan plan,
                                  Flow flow) {
    const Timestamp now = parts.home.now();
    if (plan.decompresses || plan.splitting)
        co_await parts.pool.run([&] { run_plain_stages(plan, flow, now); });
    if (plan.transformation) {
        TransformCalls calls(parts, stream, *plan.transformation);
        auto transformed = co_await calls.run(flow);
        if (!transformed) co_return pass(transformed);
    }
    if (!plan.query.empty()) {
        auto extracted = co_await parts.pool.run(
            [&] { return extract(parts.extractor, plan.query, now, flow); });
        if (!extracted) co_return pass(extracted);
    }
    co_return flow;
}

}  // namespace freshet::delivery
