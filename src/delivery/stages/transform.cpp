#include "delivery/stages/transform.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <unordered_map>

#include "base/check.h"
#include "base/crypto/digest.h"
#include "base/text/json_text.h"

namespace freshet::delivery {
namespace {

std::unexpected<StageProblem> refuse(const char* code, std::string message) {
    return std::unexpected(StageProblem{code, std::move(message)});
}

std::unexpected<StageProblem> malformed(std::string_view what) {
    return refuse("Lambda.JsonProcessingException",
                  fmt::format("The Lambda function's response is not valid: {}", what));
}

/// Values of `metadata.partitionKeys`: texts, and numbers and booleans as JSON writes them.
PartitionKeys keys_of(const simdjson::dom::element& record) {
    PartitionKeys keys;
    simdjson::dom::object given;
    if (record["metadata"]["partitionKeys"].get_object().get(given) != simdjson::SUCCESS)
        return keys;
    for (const auto& [name, value] : given) {
        std::string_view text;
        if (value.get_string().get(text) == simdjson::SUCCESS)
            keys[std::string(name)] = text;
        else if (!value.is_null())
            keys[std::string(name)] = simdjson::to_string(value);
    }
    return keys;
}

/// Nothing, and `problem` is set, when the record says something else than AWS's contract.
std::expected<Transformed, StageProblem> read_record(const simdjson::dom::element& record,
                                                     std::string_view id) {
    Transformed made;
    std::string_view result, data;
    if (record["result"].get_string().get(result) != simdjson::SUCCESS)
        return malformed(fmt::format("record {} has no result", id));
    if (result == "Dropped")
        made.result = TransformResult::dropped;
    else if (result == "ProcessingFailed")
        made.result = TransformResult::failed;
    else if (result != "Ok")
        return malformed(
            fmt::format("the result of record {} is not Ok, Dropped or ProcessingFailed", id));
    if (made.result != TransformResult::ok) return made;
    std::string decoded;
    if (record["data"].get_string().get(data) != simdjson::SUCCESS || !base64_decode(data, decoded))
        return malformed(fmt::format("record {} has no data in base64", id));
    made.data = Bytes::own(std::move(decoded));
    made.keys = keys_of(record);
    return made;
}

}  // namespace

std::string record_id(const Item& item) {
    return fmt::format("{:020}{:026}{:010}", *item.origin.partition, item.origin.ordinal,
                       item.origin.sub);
}

Bytes transform_event(const EventNames& names, std::span<const Item> items,
                      std::span<const ShardPlace> places) {
    FRESHET_CHECK(places.empty() || places.size() == items.size());
    std::string out = fmt::format(R"({{"invocationId":"{}","deliveryStreamArn":{},)",
                                  names.invocation_id, json_text(names.delivery_stream_arn));
    if (!names.source_arn.empty())
        out += fmt::format(R"("sourceKinesisStreamArn":{},)", json_text(names.source_arn));
    out += fmt::format(R"("region":{},"records":[)", json_text(names.region));
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Item& item = items[i];
        if (i > 0) out += ',';
        out += fmt::format(R"({{"recordId":"{}","approximateArrivalTimestamp":{},"data":")",
                           record_id(item), to_epoch_ms(item.arrival));
        out += base64_encode(item.data.view());
        out += '"';
        if (!places.empty()) {
            out += fmt::format(R"(,"kinesisRecordMetadata":{{"shardId":"{}","partitionKey":)",
                               places[i].shard_id);
            append_json_text(item.partition_key.view(), out);
            out += fmt::format(
                R"(,"approximateArrivalTimestamp":{},"sequenceNumber":"{}","subsequenceNumber":"{}"}})",
                to_epoch_ms(item.arrival), places[i].sequence_number, item.origin.sub);
        }
        out += '}';
    }
    out += "]}";
    return Bytes::own(std::move(out));
}

std::expected<std::vector<Transformed>, StageProblem> transform_answer(
    const Bytes& answer, std::span<const Item> items) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::array given;
    if (parser.parse(answer.data(), answer.size()).get(root) != simdjson::SUCCESS)
        return malformed("it is not JSON");
    if (root["records"].get_array().get(given) != simdjson::SUCCESS)
        return malformed("it has no list \"records\"");
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < items.size(); ++i) places.emplace(record_id(items[i]), i);
    FRESHET_CHECK(places.size() == items.size());  // no two records have one id
    std::vector<Transformed> all(items.size());
    std::vector<bool> is_given(items.size(), false);
    for (const simdjson::dom::element one : given) {
        std::string_view id;
        if (one["recordId"].get_string().get(id) != simdjson::SUCCESS)
            return refuse("Lambda.MissingRecordId",
                          "One or more record Ids were not returned. Ensure that the Lambda "
                          "function returns all received record Ids.");
        const auto place = places.find(std::string(id));
        if (place == places.end()) continue;  // AWS passes over what it did not send
        if (is_given[place->second])
            return refuse("Lambda.DuplicatedRecordId",
                          "Multiple records were returned with the same record ID. Ensure that "
                          "the Lambda function returns unique record IDs for each record.");
        is_given[place->second] = true;
        auto made = read_record(one, id);
        if (!made) return std::unexpected(std::move(made.error()));
        all[place->second] = std::move(*made);
    }
    if (std::ranges::find(is_given, false) != is_given.end())
        return refuse("Lambda.MissingRecordId",
                      "One or more record Ids were not returned. Ensure that the Lambda function "
                      "returns all received record Ids.");
    return all;
}

void append_failed(const Item& item, const FailedLine& line, std::string& out) {
    out += fmt::format(R"({{"rawData":"{}","errorCode":{},"errorMessage":{},"attemptsMade":{},)",
                       base64_encode(item.source.view()), json_text(line.problem.code),
                       json_text(line.problem.message), line.attempts);
    out += fmt::format(R"("arrivalTimestamp":{},"attemptEndingTimestamp":{})",
                       to_epoch_ms(item.arrival), to_epoch_ms(line.ended));
    if (!line.function_arn.empty())
        out += fmt::format(R"(,"lambdaARN":{})", json_text(line.function_arn));
    out += "}\n";
}

}  // namespace freshet::delivery
