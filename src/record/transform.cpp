#include "record/transform.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <unordered_map>

#include "base/crypto/digest.h"
#include "base/text/json_text.h"
#include "record/json/json.h"

namespace freshet::record {
namespace {

Failure refuse(std::string why) {
    return fail(Errc::invalid, "the function's answer: " + std::move(why));
}

}  // namespace

Bytes transform_event(std::string_view invocation_id, std::string_view application_arn,
                      std::string_view stream_arn, const std::vector<TransformRecord>& records) {
    std::string out =
        fmt::format(R"({{"invocationId":"{}","applicationArn":"{}","streamArn":"{}","records":[)",
                    invocation_id, application_arn, stream_arn);
    for (const TransformRecord& record : records) {
        if (&record != &records.front()) out += ',';
        out += fmt::format(
            R"({{"recordId":"{}","kinesisStreamRecordMetadata":{{"shardId":"{}","partitionKey":)",
            record.id, record.shard_id);
        append_json_text(record.partition_key, out);
        out += fmt::format(R"(,"sequenceNumber":"{}","approximateArrivalTimestamp":{}}},"data":")",
                           record.id, to_epoch_ms(record.arrival));
        out += base64_encode(record.data.view());
        out += "\"}";
    }
    out += "]}";
    return Bytes::own(std::move(out));
}

Result<std::vector<Transformed>> transform_answer(const Bytes& answer,
                                                  const std::vector<TransformRecord>& records) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    simdjson::dom::array given;
    if (parser.parse(answer.data(), answer.size()).get(root) != simdjson::SUCCESS)
        return refuse("is not JSON");
    if (root["records"].get_array().get(given) != simdjson::SUCCESS)
        return refuse("has no list \"records\"");
    std::unordered_map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < records.size(); ++i) places.emplace(records[i].id, i);
    std::vector<Transformed> all(records.size());
    for (const simdjson::dom::element one : given) {
        std::string_view id, result, data;
        if (one["recordId"].get_string().get(id) != simdjson::SUCCESS)
            return refuse("has a record without recordId");
        const auto place = places.find(id);
        if (place == places.end())
            return refuse(fmt::format("has recordId {}, which was not sent or is there twice", id));
        Transformed& made = all[place->second];
        places.erase(place);
        if (one["result"].get_string().get(result) != simdjson::SUCCESS ||
            (result != "Ok" && result != "Dropped" && result != "ProcessingFailed"))
            return refuse(
                fmt::format("record {} has no result Ok, Dropped or ProcessingFailed", id));
        made.result = result == "Ok"        ? TransformResult::ok
                      : result == "Dropped" ? TransformResult::dropped
                                            : TransformResult::failed;
        if (made.result != TransformResult::ok) continue;
        std::string decoded;
        if (one["data"].get_string().get(data) != simdjson::SUCCESS ||
            !base64_decode(data, decoded))
            return refuse(fmt::format("record {} has no data in base64", id));
        made.data = Bytes::own(std::move(decoded));
    }
    if (!places.empty())
        return refuse(fmt::format("leaves out {} of {} records, recordId {} among them",
                                  places.size(), records.size(), places.begin()->first));
    return all;
}

}  // namespace freshet::record
