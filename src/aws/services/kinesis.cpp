#include "aws/services/kinesis.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/model/kinesis.h"
#include "base/digest.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/sequence.h"

namespace freshet::aws {
namespace {

using namespace kinesis;
namespace domain = stream;

constexpr int describe_shards_default = 100;
constexpr int list_shards_default = 10'000;
constexpr int list_streams_default = 100;
constexpr Millis list_token_life = 300'000ms;

Fault to_fault(const Error& error) {
    if (!error.is_of<domain::Errc>()) return Fault{"InternalFailure", error.message(), 500};
    switch (error.as<domain::Errc>()) {
        case domain::Errc::not_found: return Fault{"ResourceNotFoundException", error.message()};
        case domain::Errc::in_use: return Fault{"ResourceInUseException", error.message()};
        case domain::Errc::limit: return Fault{"LimitExceededException", error.message()};
        case domain::Errc::invalid_argument: return Fault{"InvalidArgumentException", error.message()};
        case domain::Errc::expired_iterator: return Fault{"ExpiredIteratorException", error.message()};
        case domain::Errc::overloaded: return Fault{"ProvisionedThroughputExceededException", error.message()};
        case domain::Errc::storage: return Fault{"InternalFailure", error.message(), 500};
    }
    return Fault{"InternalFailure", error.message(), 500};
}

std::unexpected<Fault> refuse(const Error& error) { return std::unexpected(to_fault(error)); }
std::unexpected<Fault> refuse(const char* code, std::string message) { return std::unexpected(Fault{code, std::move(message)}); }

std::string arn_of(const domain::StreamKey& key) {
    return fmt::format("arn:aws:kinesis:{}:{}:stream/{}", key.region, key.account, key.name);
}

/// The stream that a request names, by name, by ARN, or both alike.
template <class Input>
Answer<domain::StreamKey> key_of(const Caller& caller, const Input& input) {
    domain::StreamKey key{caller.account(), caller.region(), input.stream_name.value_or("")};
    if (input.stream_arn) {
        const std::string& arn = *input.stream_arn;
        const auto slash = arn.find(":stream/");
        std::vector<std::string> parts;
        for (std::size_t at = 0; parts.size() < 5 && at != std::string::npos;) {
            const auto colon = arn.find(':', at);
            parts.push_back(arn.substr(at, colon - at));
            at = colon == std::string::npos ? colon : colon + 1;
        }
        if (slash == std::string::npos || parts.size() < 5) return refuse("InvalidArgumentException", fmt::format("StreamARN {} is not valid", arn));
        const std::string name = arn.substr(slash + 8);
        if (!key.name.empty() && key.name != name) {
            return refuse("InvalidArgumentException", fmt::format("StreamARN {} and StreamName {} name different streams", arn, key.name));
        }
        key = {parts[4], parts[3], name};
    }
    if (key.name.empty()) return refuse("InvalidArgumentException", "Either StreamName or StreamARN must be given");
    return key;
}

Shard shard_output(const domain::Streams& streams, const domain::Shard& shard) {
    Shard out;
    out.shard_id = domain::shard_name(shard.index);
    out.hash_key_range = {domain::to_decimal(shard.first_hash), domain::to_decimal(shard.last_hash)};
    out.sequence_number_range.starting_sequence_number = streams.first_sequence_number(shard);
    return out;
}

StreamModeDetails mode_of(const domain::Stream& stream) {
    return {stream.mode == domain::Mode::on_demand ? "ON_DEMAND" : "PROVISIONED"};
}

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<CreateStreamOp::Output>> create(Caller caller, CreateStreamInput input) {
        domain::NewStream wanted;
        wanted.shard_count = input.shard_count;
        if (input.stream_mode_details && input.stream_mode_details->stream_mode == "ON_DEMAND") wanted.mode = domain::Mode::on_demand;
        wanted.record_kib_max = input.max_record_size_in_ki_b;
        wanted.warm_throughput_mibps = input.warm_throughput_mi_bps;
        if (input.tags) wanted.tags = {input.tags->begin(), input.tags->end()};
        auto done = co_await streams_.create({caller.account(), caller.region(), input.stream_name}, std::move(wanted));
        if (!done) co_return refuse(done.error());
        co_return CreateStreamOp::Output{};
    }

    io::Task<Answer<DeleteStreamOp::Output>> remove(Caller caller, DeleteStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.remove(std::move(*key));
        if (!done) co_return refuse(done.error());
        co_return DeleteStreamOp::Output{};
    }

    io::Task<Answer<DescribeStreamOutput>> describe(Caller caller, DescribeStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto found = streams_.find(*key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        StreamDescription out;
        out.stream_name = key->name;
        out.stream_arn = arn_of(*key);
        out.stream_status = "ACTIVE";
        out.stream_mode_details = mode_of(stream);
        out.retention_period_hours = stream.retention_hours;
        out.stream_creation_timestamp = stream.created;
        out.enhanced_monitoring.emplace_back().shard_level_metrics.emplace();
        out.encryption_type = "NONE";
        const auto limit = static_cast<std::size_t>(input.limit.value_or(describe_shards_default));
        const auto after = input.exclusive_start_shard_id ? domain::parse_shard_name(*input.exclusive_start_shard_id) : std::nullopt;
        for (const domain::Shard& shard : stream.shards) {
            if (after && shard.index <= *after) continue;
            if (out.shards.size() == limit) out.has_more_shards = true;
            else out.shards.push_back(shard_output(streams_, shard));
        }
        co_return DescribeStreamOutput{std::move(out)};
    }

    io::Task<Answer<DescribeStreamSummaryOutput>> summarize(Caller caller, DescribeStreamSummaryInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto found = streams_.find(*key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        StreamDescriptionSummary out;
        out.stream_name = key->name;
        out.stream_arn = arn_of(*key);
        out.stream_status = "ACTIVE";
        out.stream_mode_details = mode_of(stream);
        out.retention_period_hours = stream.retention_hours;
        out.stream_creation_timestamp = stream.created;
        out.enhanced_monitoring.emplace_back().shard_level_metrics.emplace();
        out.encryption_type = "NONE";
        out.open_shard_count = static_cast<std::int32_t>(stream.shards.size());
        out.consumer_count = 0;
        out.max_record_size_in_ki_b = stream.record_kib_max;
        co_return DescribeStreamSummaryOutput{std::move(out)};
    }

    io::Task<Answer<ListStreamsOutput>> list(Caller caller, ListStreamsInput input) {
        std::string after = input.exclusive_start_stream_name.value_or("");
        if (input.next_token && !base64_decode(*input.next_token, after)) co_return refuse("ExpiredNextTokenException", "NextToken is not valid");
        ListStreamsOutput out;
        out.stream_summaries.emplace();
        const auto limit = static_cast<std::size_t>(input.limit.value_or(list_streams_default));
        for (const domain::Stream* stream : streams_.list(caller.account(), caller.region(), after)) {
            if (out.stream_names.size() == limit) {
                out.has_more_streams = true;
                out.next_token = base64_encode(out.stream_names.back());
                break;
            }
            out.stream_names.push_back(stream->key.name);
            auto& summary = out.stream_summaries->emplace_back();
            summary.stream_name = stream->key.name;
            summary.stream_arn = arn_of(stream->key);
            summary.stream_status = "ACTIVE";
            summary.stream_mode_details = mode_of(*stream);
            summary.stream_creation_timestamp = stream->created;
        }
        co_return out;
    }

    io::Task<Answer<ListShardsOutput>> list_shards(Caller caller, ListShardsInput input) {
        std::optional<std::uint32_t> after;
        if (input.exclusive_start_shard_id) after = domain::parse_shard_name(*input.exclusive_start_shard_id);
        if (input.next_token) {
            if (input.stream_name || input.stream_arn) {
                co_return refuse("InvalidArgumentException", "NextToken and StreamName cannot be provided together.");
            }
            auto opened = open_token(*input.next_token, input, after);
            if (!opened) co_return std::unexpected(std::move(opened.error()));
        }
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto found = streams_.find(*key);
        if (!found) co_return refuse(found.error());
        if (input.shard_filter && input.shard_filter->type == "AFTER_SHARD_ID") {
            if (!input.shard_filter->shard_id) co_return refuse("InvalidArgumentException", "ShardId must be given with AFTER_SHARD_ID");
            const auto given = domain::parse_shard_name(*input.shard_filter->shard_id);
            if (given && (!after || *given > *after)) after = given;
        }
        ListShardsOutput out;
        out.shards.emplace();
        const auto limit = static_cast<std::size_t>(input.max_results.value_or(list_shards_default));
        for (const domain::Shard& shard : (*found)->shards) {
            if (after && shard.index <= *after) continue;
            if (out.shards->size() == limit) {
                out.next_token = base64_encode(fmt::format("{} {} {}", to_epoch_ms(streams_.home().now()), shard.index - 1, arn_of(*key)));
                break;
            }
            out.shards->push_back(shard_output(streams_, shard));
        }
        co_return out;
    }

    io::Task<Answer<PutRecordOutput>> put_record(Caller caller, PutRecordInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto entry = entry_of(std::move(input.partition_key), input.explicit_hash_key, std::move(input.data));
        if (!entry) co_return std::unexpected(std::move(entry.error()));
        std::vector<domain::PutEntry> entries;
        entries.push_back(std::move(*entry));
        auto placed = co_await streams_.put(std::move(*key), std::move(entries));
        if (!placed) co_return refuse(placed.error());
        PutRecordOutput out;
        out.shard_id = domain::shard_name(placed->front().shard);
        out.sequence_number = std::move(placed->front().sequence_number);
        out.encryption_type = "NONE";
        co_return out;
    }

    io::Task<Answer<PutRecordsOutput>> put_records(Caller caller, PutRecordsInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        std::vector<domain::PutEntry> entries;
        entries.reserve(input.records.size());
        std::size_t bytes = 0;
        for (auto& record : input.records) {
            bytes += record.data.size() + record.partition_key.size();
            auto entry = entry_of(std::move(record.partition_key), record.explicit_hash_key, std::move(record.data));
            if (!entry) co_return std::unexpected(std::move(entry.error()));
            entries.push_back(std::move(*entry));
        }
        if (bytes > domain::limits::put_records_bytes_max) {
            co_return refuse("InvalidArgumentException", fmt::format("Records size exceeds {} MB limit", domain::limits::put_records_bytes_max >> 20));
        }
        const std::size_t count = entries.size();
        auto placed = co_await streams_.put(std::move(*key), std::move(entries));
        PutRecordsOutput out;
        out.encryption_type = "NONE";
        out.failed_record_count = 0;
        if (!placed) {
            const Fault fault = to_fault(placed.error());
            const bool throttled = fault.code == "ProvisionedThroughputExceededException";
            if (!throttled && fault.code != "InternalFailure") co_return std::unexpected(fault);
            out.failed_record_count = static_cast<std::int32_t>(count);
            out.records.resize(count);
            for (auto& record : out.records) {
                record.error_code = fault.code;
                record.error_message = throttled ? fault.message : "Internal Service Failure.";
            }
            co_return out;
        }
        out.records.reserve(count);
        for (auto& at : *placed) {
            auto& record = out.records.emplace_back();
            record.shard_id = domain::shard_name(at.shard);
            record.sequence_number = std::move(at.sequence_number);
        }
        co_return out;
    }

    io::Task<Answer<GetShardIteratorOutput>> iterator(Caller caller, GetShardIteratorInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        const auto shard = domain::parse_shard_name(input.shard_id);
        if (!shard) {
            co_return refuse("ResourceNotFoundException", fmt::format("Could not find shard {} in stream {} under account {}.", input.shard_id, key->name, key->account));
        }
        domain::Streams::Position position;
        const std::string& type = input.shard_iterator_type;
        if (type == "TRIM_HORIZON") position.start = domain::Start::trim_horizon;
        else if (type == "AT_TIMESTAMP") position.start = domain::Start::at_timestamp;
        else if (type == "AT_SEQUENCE_NUMBER") position.start = domain::Start::at_sequence_number;
        else if (type == "AFTER_SEQUENCE_NUMBER") position.start = domain::Start::after_sequence_number;
        const bool by_sequence = type.ends_with("SEQUENCE_NUMBER");
        if (by_sequence && !input.starting_sequence_number) {
            co_return refuse("InvalidArgumentException", fmt::format("Must either specify (1) AT_SEQUENCE_NUMBER and StartingSequenceNumber or (2) AFTER_SEQUENCE_NUMBER "
                             "and StartingSequenceNumber or (3) TRIM_HORIZON and no StartingSequenceNumber or (4) LATEST and no StartingSequenceNumber or "
                             "(5) AT_TIMESTAMP and timestamp. Request specified {} and no StartingSequenceNumber and no timestamp.", type));
        }
        if (type == "AT_TIMESTAMP" && !input.timestamp) co_return refuse("InvalidArgumentException", "Must specify timestamp parameter for iterator of type AT_TIMESTAMP.");
        if (input.timestamp && type == "AT_TIMESTAMP" && *input.timestamp > streams_.home().now()) {
            co_return refuse("InvalidArgumentException", "The timestamp parameter cannot be in the future.");
        }
        position.sequence_number = input.starting_sequence_number.value_or("");
        position.time = input.timestamp.value_or(Timestamp());
        auto made = co_await streams_.iterator(std::move(*key), *shard, std::move(position));
        if (!made) co_return refuse(made.error());
        co_return GetShardIteratorOutput{std::move(*made)};
    }

    io::Task<Answer<GetRecordsOutput>> get_records(Caller, GetRecordsInput input) {
        const auto limit = static_cast<std::size_t>(input.limit.value_or(static_cast<int>(domain::limits::get_records_max)));
        auto read = co_await streams_.read(std::move(input.shard_iterator), limit);
        if (!read) co_return refuse(read.error());
        GetRecordsOutput out;
        out.records.reserve(read->records.size());
        for (auto& record : read->records) {
            auto& made = out.records.emplace_back();
            made.sequence_number = std::move(record.sequence_number);
            made.approximate_arrival_timestamp = record.arrival;
            made.data = std::move(record.data);
            made.partition_key = std::move(record.partition_key);
        }
        out.next_shard_iterator = std::move(read->next_iterator);
        out.millis_behind_latest = read->behind_latest.count();
        co_return out;
    }

    template <class Op>
    io::Task<Answer<typename Op::Output>> retention(Caller caller, typename Op::Input input, bool increase) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.set_retention(std::move(*key), input.retention_period_hours, increase);
        if (!done) co_return refuse(done.error());
        co_return typename Op::Output{};
    }

    io::Task<Answer<AddTagsToStreamOp::Output>> add_tags(Caller caller, AddTagsToStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.add_tags(std::move(*key), {input.tags.begin(), input.tags.end()});
        if (!done) co_return refuse(done.error());
        co_return AddTagsToStreamOp::Output{};
    }

    io::Task<Answer<RemoveTagsFromStreamOp::Output>> remove_tags(Caller caller, RemoveTagsFromStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto done = co_await streams_.remove_tags(std::move(*key), std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return RemoveTagsFromStreamOp::Output{};
    }

    io::Task<Answer<ListTagsForStreamOutput>> list_tags(Caller caller, ListTagsForStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return std::unexpected(std::move(key.error()));
        auto found = streams_.find(*key);
        if (!found) co_return refuse(found.error());
        ListTagsForStreamOutput out;
        const auto limit = static_cast<std::size_t>(input.limit.value_or(static_cast<int>(domain::limits::tags_max)));
        for (auto at = (*found)->tags.upper_bound(input.exclusive_start_tag_key.value_or("")); at != (*found)->tags.end(); ++at) {
            if (out.tags.size() == limit) {
                out.has_more_tags = true;
                break;
            }
            auto& tag = out.tags.emplace_back();
            tag.key = at->first;
            tag.value = at->second;
        }
        co_return out;
    }

  private:
    static Answer<domain::PutEntry> entry_of(std::string partition_key, const std::optional<std::string>& explicit_hash, Bytes data) {
        domain::PutEntry entry{std::move(partition_key), std::nullopt, std::move(data)};
        if (explicit_hash) {
            entry.explicit_hash = domain::parse_hash_key(*explicit_hash);
            if (!entry.explicit_hash) {
                return refuse("InvalidArgumentException", fmt::format("Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was {}", *explicit_hash));
            }
        }
        return entry;
    }

    /// A ListShards token: issue time, last shard, ARN.
    Answer<void> open_token(const std::string& token, ListShardsInput& input, std::optional<std::uint32_t>& after) const {
        std::string text;
        const bool decoded = base64_decode(token, text);
        const auto first = text.find(' ');
        const auto second = first == std::string::npos ? first : text.find(' ', first + 1);
        if (!decoded || second == std::string::npos) return refuse("InvalidArgumentException", "NextToken is not valid");
        const Timestamp issued = from_epoch_ms(std::strtoll(text.c_str(), nullptr, 10));
        if (streams_.home().now() - issued > list_token_life) return refuse("ExpiredNextTokenException", "NextToken has expired");
        after = static_cast<std::uint32_t>(std::strtoul(text.c_str() + first, nullptr, 10));
        input.stream_arn = text.substr(second + 1);
        return {};
    }

    domain::Streams& streams_;
};

}  // namespace

void register_kinesis(Router& router, stream::Streams& streams) {
    io::Core& home = streams.home();
    auto h = std::make_shared<Handlers>(streams);
    router.handle<CreateStreamOp>(home, [h](Caller c, CreateStreamInput i) { return h->create(std::move(c), std::move(i)); });
    router.handle<DeleteStreamOp>(home, [h](Caller c, DeleteStreamInput i) { return h->remove(std::move(c), std::move(i)); });
    router.handle<DescribeStreamOp>(home, [h](Caller c, DescribeStreamInput i) { return h->describe(std::move(c), std::move(i)); });
    router.handle<DescribeStreamSummaryOp>(home, [h](Caller c, DescribeStreamSummaryInput i) { return h->summarize(std::move(c), std::move(i)); });
    router.handle<ListStreamsOp>(home, [h](Caller c, ListStreamsInput i) { return h->list(std::move(c), std::move(i)); });
    router.handle<ListShardsOp>(home, [h](Caller c, ListShardsInput i) { return h->list_shards(std::move(c), std::move(i)); });
    router.handle<PutRecordOp>(home, [h](Caller c, PutRecordInput i) { return h->put_record(std::move(c), std::move(i)); });
    router.handle<PutRecordsOp>(home, [h](Caller c, PutRecordsInput i) { return h->put_records(std::move(c), std::move(i)); });
    router.handle<GetShardIteratorOp>(home, [h](Caller c, GetShardIteratorInput i) { return h->iterator(std::move(c), std::move(i)); });
    router.handle<GetRecordsOp>(home, [h](Caller c, GetRecordsInput i) { return h->get_records(std::move(c), std::move(i)); });
    router.handle<IncreaseStreamRetentionPeriodOp>(home, [h](Caller c, IncreaseStreamRetentionPeriodInput i) {
        return h->retention<IncreaseStreamRetentionPeriodOp>(std::move(c), std::move(i), true);
    });
    router.handle<DecreaseStreamRetentionPeriodOp>(home, [h](Caller c, DecreaseStreamRetentionPeriodInput i) {
        return h->retention<DecreaseStreamRetentionPeriodOp>(std::move(c), std::move(i), false);
    });
    router.handle<AddTagsToStreamOp>(home, [h](Caller c, AddTagsToStreamInput i) { return h->add_tags(std::move(c), std::move(i)); });
    router.handle<RemoveTagsFromStreamOp>(home, [h](Caller c, RemoveTagsFromStreamInput i) { return h->remove_tags(std::move(c), std::move(i)); });
    router.handle<ListTagsForStreamOp>(home, [h](Caller c, ListTagsForStreamInput i) { return h->list_tags(std::move(c), std::move(i)); });
}

}  // namespace freshet::aws
