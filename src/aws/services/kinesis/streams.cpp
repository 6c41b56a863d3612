// Streams by name: create, delete, describe, list.
#include <fmt/format.h>

#include <algorithm>

#include "aws/services/kinesis/page_token.h"
#include "aws/services/kinesis/words.h"
#include "stream/sequence.h"

namespace freshet::aws::kinesis_words {
namespace {

using namespace kinesis;
namespace domain = stream;

constexpr int describe_shards_max = 100;  ///< AWS: also when more are asked for
constexpr int list_streams_default = 100;

class Handlers {
  public:
    explicit Handlers(domain::Streams& streams) : streams_(streams) {}

    io::Task<Answer<CreateStreamOp::Output>> create(Caller caller, CreateStreamInput input) {
        domain::NewStream wanted;
        wanted.shard_count = input.shard_count;
        // Without a mode and without a count AWS makes a stream on demand.
        const bool is_on_demand = input.stream_mode_details
                                      ? input.stream_mode_details->stream_mode == "ON_DEMAND"
                                      : !input.shard_count;
        if (is_on_demand) wanted.mode = domain::Mode::on_demand;
        wanted.record_kib_max = input.max_record_size_in_ki_b;
        wanted.warm_throughput_mibps = input.warm_throughput_mi_bps;
        if (input.tags) wanted.tags = {input.tags->begin(), input.tags->end()};
        auto done = co_await streams_.catalog().create({caller.home(), input.stream_name},
                                                       std::move(wanted));
        if (!done) co_return refuse(done.error());
        co_return CreateStreamOp::Output{};
    }

    io::Task<Answer<DeleteStreamOp::Output>> remove(Caller caller, DeleteStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto done = co_await streams_.catalog().remove(
            std::move(*key), input.enforce_consumer_deletion.value_or(false));
        if (!done) co_return refuse(done.error());
        co_return DeleteStreamOp::Output{};
    }

    io::Task<Answer<DescribeStreamOutput>> describe(Caller caller, DescribeStreamInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto found = streams_.catalog().find(*key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        StreamDescription out;
        fill(out, stream);
        const auto limit = static_cast<std::size_t>(
            std::min(input.limit.value_or(describe_shards_max), describe_shards_max));
        const auto after = input.exclusive_start_shard_id
                               ? domain::parse_shard_name(*input.exclusive_start_shard_id)
                               : std::nullopt;
        const bool shows_shards = streams_.catalog().shows_shards(stream);
        for (const domain::Shard& shard : stream.shards) {
            if (!shows_shards || (after && shard.index <= *after)) continue;
            if (out.shards.size() == limit) {
                out.has_more_shards = true;
                break;
            }
            out.shards.push_back(shard_output(shard));
        }
        co_return DescribeStreamOutput{std::move(out)};
    }

    io::Task<Answer<DescribeStreamSummaryOutput>> summarize(Caller caller,
                                                            DescribeStreamSummaryInput input) {
        auto key = key_of(caller, input);
        if (!key) co_return pass(key);
        auto found = streams_.catalog().find(*key);
        if (!found) co_return refuse(found.error());
        const domain::Stream& stream = **found;
        StreamDescriptionSummary out;
        fill(out, stream);
        out.open_shard_count = streams_.catalog().shows_shards(stream)
                                   ? static_cast<std::int32_t>(stream.open.size())
                                   : 0;
        out.consumer_count = static_cast<std::int32_t>(stream.consumers.size());
        out.max_record_size_in_ki_b = stream.record_kib_max;
        out.stream_id = streams_.catalog().public_id(stream);
        if (stream.warm_throughput_mibps) {
            out.warm_throughput.emplace();
            out.warm_throughput->target_mi_bps = out.warm_throughput->current_mi_bps =
                *stream.warm_throughput_mibps;
        }
        co_return DescribeStreamSummaryOutput{std::move(out)};
    }

    io::Task<Answer<ListStreamsOutput>> list(Caller caller, ListStreamsInput input) {
        std::string after = input.exclusive_start_stream_name.value_or("");
        if (input.next_token) {
            auto opened = open_page_token(*input.next_token, streams_.home().now());
            if (!opened) co_return pass(opened);
            after = std::move(*opened);
        }
        ListStreamsOutput out;
        out.stream_summaries.emplace();
        const auto limit = static_cast<std::size_t>(input.limit.value_or(list_streams_default));
        for (const domain::Stream* stream : streams_.catalog().list(caller.home(), after)) {
            if (out.stream_names.size() == limit) {
                out.has_more_streams = true;
                out.next_token = seal_page_token(out.stream_names.back(), streams_.home().now());
                break;
            }
            out.stream_names.push_back(stream->key.name);
            auto& summary = out.stream_summaries->emplace_back();
            summary.stream_name = stream->key.name;
            summary.stream_arn = arn_of(stream->key);
            summary.stream_status = word_of(streams_.catalog().status(*stream));
            summary.stream_mode_details = mode_of(*stream);
            summary.stream_creation_timestamp = stream->created;
        }
        co_return out;
    }

  private:
    /// What both descriptions say.
    template <class Description>
    void fill(Description& out, const domain::Stream& stream) const {
        out.stream_name = stream.key.name;
        out.stream_arn = arn_of(stream.key);
        out.stream_status = word_of(streams_.catalog().status(stream));
        out.stream_mode_details = mode_of(stream);
        out.retention_period_hours = stream.retention_hours;
        out.stream_creation_timestamp = stream.created;
        out.enhanced_monitoring.emplace_back().shard_level_metrics.emplace(
            stream.shard_metrics.begin(), stream.shard_metrics.end());
        out.encryption_type = stream.data_key ? "KMS" : "NONE";
        if (stream.data_key) out.key_id = stream.key_id;
    }

    domain::Streams& streams_;
};

}  // namespace

void register_streams(Router& router, stream::Streams& streams) {
    auto handlers = std::make_shared<Handlers>(streams);
    on<CreateStreamOp>(router, streams.home(), handlers, &Handlers::create);
    on<DeleteStreamOp>(router, streams.home(), handlers, &Handlers::remove);
    on<DescribeStreamOp>(router, streams.home(), handlers, &Handlers::describe);
    on<DescribeStreamSummaryOp>(router, streams.home(), handlers, &Handlers::summarize);
    on<ListStreamsOp>(router, streams.home(), handlers, &Handlers::list);
}

}  // namespace freshet::aws::kinesis_words
