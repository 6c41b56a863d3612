#include "app/ports/delivery.h"

#include <fmt/format.h>

#include "app/ports/analytics.h"
#include "aws/services/firehose/firehose.h"
#include "base/text/arn.h"
#include "delivery/errors.h"
#include "record/kpl.h"
#include "stream/sequence.h"

namespace freshet::app {

Result<const stream::Stream*> DeliveryStreamSource::find(const delivery::SourceKey& stream) {
    auto found = streams_.catalog().find({stream.home, stream.name});
    if (!found) return fail(delivery::Errc::not_found, found.error().message());
    return found;
}

Result<std::vector<log::PartitionId>> DeliveryStreamSource::partitions(
    const delivery::SourceKey& stream) {
    auto found = find(stream);
    if (!found) return pass(found);
    std::vector<log::PartitionId> partitions;
    // In order of index: what a parent holds comes before what its children hold.
    for (const stream::Shard& shard : (*found)->shards) {
        if (*shard.partition != 0) partitions.push_back(shard.partition);
    }
    return partitions;
}

Result<> DeliveryStreamSource::user_records(std::span<const log::Record> records,
                                            delivery::Unpacked& out) {
    std::vector<Bytes> payloads;
    std::vector<std::string_view> views;
    Result<> result;
    for (const log::Record& record : records) {
        Bytes& payload = payloads.emplace_back();
        if (!stream::is_closing_record(record.data)) {
            auto decoded = streams_.encryption().decode(record.data);
            if (!decoded) {
                result = pass(decoded);
                payloads.pop_back();
                break;
            }
            payload = std::move(decoded->data);
        }
        views.push_back(payload.view());
    }
    const auto apart = record::deaggregate_each(views);
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        Bytes& whole = payloads[i];
        const std::size_t before = out.data.size();
        if (apart[i]) {
            for (const record::UserRecord& user : *apart[i])
                out.data.push_back(whole.slice(
                    static_cast<std::size_t>(user.data.data() - whole.data()), user.data.size()));
        } else if (!stream::is_closing_record(records[i].data)) {
            out.data.push_back(std::move(whole));
        }
        out.counts.push_back(out.data.size() - before);
    }
    return result;
}

void DeliveryStreamSource::write_failure(const delivery::DeliveryStream& stream, Timestamp time,
                                         const Error& error) {
    write_log_line(logs_, {stream.key.home, stream.destination.log_group},
                   stream.destination.log_stream, {time, aws::failure_line(stream, error)});
}

Result<std::vector<delivery::UserRecord>> DeliveryStreamSource::keyed_records(
    const Bytes& payload) {
    std::vector<delivery::UserRecord> records;
    if (stream::is_closing_record(payload)) return records;
    auto record = streams_.encryption().decode(payload);
    if (!record) return pass(record);
    const Bytes whole = std::move(record->data);
    const auto users = record::deaggregate(whole.view());
    if (!users) {
        records.push_back({Bytes::copy(record->partition_key), whole});
        return records;
    }
    const auto slice = [&whole](std::string_view part) {
        return whole.slice(static_cast<std::size_t>(part.data() - whole.data()), part.size());
    };
    records.reserve(users->size());
    for (const record::UserRecord& user : *users)
        records.push_back({slice(user.partition_key), slice(user.data)});
    return records;
}

delivery::ShardPlace DeliveryStreamSource::place_of(const delivery::KinesisSource& source,
                                                    const delivery::RecordPlace& origin,
                                                    Timestamp arrival) {
    auto found = find(source.stream);
    if (!found) return {};
    for (const stream::Shard& shard : (*found)->shards) {
        if (shard.partition != origin.partition) continue;
        return {stream::shard_name(shard.index),
                stream::record_number(to_epoch_ms(shard.created) / 1000, shard.index,
                                      origin.ordinal, arrival)};
    }
    return {};
}

delivery::EventNames DeliveryStreamSource::event_names(const delivery::DeliveryStream& stream) {
    return {"", arn_text("firehose", stream.key, "deliverystream/"), stream.key.home.region,
            stream.source ? arn_text("kinesis", stream.source->stream, "stream/") : ""};
}

void DeliveryStreamSource::write_problem(const delivery::DeliveryStream& stream, Timestamp time,
                                         const delivery::StageProblem& problem) {
    write_log_line(logs_, {stream.key.home, stream.destination.log_group},
                   stream.destination.log_stream,
                   {time, aws::failure_line(stream, problem.code, problem.message)});
}

namespace {

delivery::StageProblem problem_of(const Error& error, const functions::FunctionKey& key) {
    if (error.is(functions::Errc::not_found))
        return {"Lambda.ResourceNotFound",
                fmt::format("The Lambda function {} was not found.", key.name)};
    if (error.is(functions::Errc::too_many))
        return {"Lambda.InvokeLimitExceeded",
                "The request rate for the Lambda function exceeds the allowable limit."};
    return {"Lambda.FunctionError",
            fmt::format("The Lambda function could not be called: {}", error.message())};
}

}  // namespace

io::Task<delivery::Called> DeliveryFunctions::call(std::string function_arn, Bytes event) {
    delivery::Called called;
    const auto key = function_of(function_arn);
    if (!key) {
        called.problem = {"Lambda.ResourceNotFound",
                          fmt::format("{} is not the ARN of a function", function_arn)};
        co_return called;
    }
    auto answered =
        co_await io::run_on(functions_.home(), functions_.invoke(*key, std::move(event)));
    called.is_cancelled = functions_.is_stopping();
    if (!answered) {
        called.problem = problem_of(answered.error(), *key);
    } else if (!answered->function_error.empty()) {
        constexpr std::size_t shown_bytes_max = 500;
        called.problem = {"Lambda.FunctionError",
                          fmt::format("The Lambda function was successfully invoked but it "
                                      "returned an error result: {}",
                                      answered->payload.view().substr(0, shown_bytes_max))};
    } else {
        called.payload = std::move(answered->payload);
    }
    co_return called;
}

}  // namespace freshet::app
