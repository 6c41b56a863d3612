// Delivery streams: created, described, listed, updated, deleted.
#include <fmt/format.h>

#include <charconv>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {
namespace {

using namespace firehose;
namespace domain = delivery;

constexpr int list_default = 10;

std::string_view type_of(const domain::DeliveryStream& stream) {
    return stream.source ? "KinesisStreamAsSource" : "DirectPut";
}

/// Nothing fits a number that is too large.
int version_of(const std::string& text) {
    int version = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), version);
    return read.ec == std::errc() ? version : -1;
}

class Handlers {
  public:
    explicit Handlers(domain::Deliveries& deliveries) : deliveries_(deliveries) {}

    io::Task<Answer<CreateDeliveryStreamOutput>> create(Caller caller,
                                                        CreateDeliveryStreamInput input) {
        auto destination = destination_of(input);
        if (!destination) co_return pass(destination);
        std::optional<domain::KinesisSource> source;
        const std::string type = input.delivery_stream_type.value_or("DirectPut");
        if (type == "KinesisStreamAsSource") {
            if (!input.kinesis_stream_source_configuration)
                co_return refuse("InvalidArgumentException",
                                 "KinesisStreamSourceConfiguration must be given");
            const auto& given = *input.kinesis_stream_source_configuration;
            auto stream = stream_of(given.kinesis_stream_arn);
            if (!stream) co_return pass(stream);
            source = domain::KinesisSource{std::move(*stream), given.role_arn, {}};
        } else if (input.kinesis_stream_source_configuration) {
            co_return refuse("InvalidArgumentException",
                             "KinesisStreamSourceConfiguration is for a DeliveryStreamType of "
                             "KinesisStreamAsSource only");
        }
        std::optional<std::string> sealing_key;
        if (input.delivery_stream_encryption_configuration_input) {
            auto arn = key_arn_of(*input.delivery_stream_encryption_configuration_input);
            if (!arn) co_return pass(arn);
            if (source)
                co_return refuse("InvalidArgumentException",
                                 "DeliveryStreamEncryptionConfigurationInput is for a "
                                 "DeliveryStreamType of DirectPut only");
            sealing_key = std::move(*arn);
        }
        const domain::DeliveryKey key = key_of(caller, input.delivery_stream_name);
        auto done = co_await deliveries_.create(key, std::move(*destination), std::move(source),
                                                tags_of(input.tags.value_or(std::vector<Tag>())));
        if (done && sealing_key)
            done = co_await deliveries_.start_sealing(key, std::move(*sealing_key));
        if (!done) co_return refuse(done.error());
        CreateDeliveryStreamOutput out;
        out.delivery_stream_arn = arn_of(key);
        co_return out;
    }

    io::Task<Answer<DescribeDeliveryStreamOutput>> describe_stream(
        Caller caller, DescribeDeliveryStreamInput input) {
        auto found = deliveries_.find(key_of(caller, input.delivery_stream_name));
        if (!found) co_return refuse(found.error());
        const domain::DeliveryStream& stream = **found;
        DescribeDeliveryStreamOutput out;
        DeliveryStreamDescription& made = out.delivery_stream_description;
        made.delivery_stream_name = stream.key.name;
        made.delivery_stream_arn = arn_of(stream.key);
        made.delivery_stream_status = "ACTIVE";
        made.delivery_stream_type = type_of(stream);
        made.version_id = std::to_string(stream.version);
        made.create_timestamp = stream.created;
        made.last_update_timestamp = stream.updated;
        if (stream.source) {
            auto& source = made.source.emplace().kinesis_stream_source_description.emplace();
            source.kinesis_stream_arn = arn_of(stream.source->stream);
            source.role_arn = stream.source->role_arn;
            source.delivery_start_timestamp = stream.source->started;
        }
        if (!stream.source)
            firehose_words::describe(stream,
                                     made.delivery_stream_encryption_configuration.emplace());
        made.destinations.push_back(describe(stream.destination));
        co_return out;
    }

    io::Task<Answer<ListDeliveryStreamsOutput>> list(Caller caller,
                                                     ListDeliveryStreamsInput input) {
        ListDeliveryStreamsOutput out;
        const auto limit = static_cast<std::size_t>(input.limit.value_or(list_default));
        for (const domain::DeliveryStream* stream : deliveries_.list(
                 caller.home(), input.exclusive_start_delivery_stream_name.value_or(""))) {
            if (input.delivery_stream_type && *input.delivery_stream_type != type_of(*stream))
                continue;
            if (out.delivery_stream_names.size() == limit)
                out.has_more_delivery_streams = true;
            else
                out.delivery_stream_names.push_back(stream->key.name);
        }
        co_return out;
    }

    io::Task<Answer<UpdateDestinationOutput>> update(Caller caller, UpdateDestinationInput input) {
        const domain::DeliveryKey key = key_of(caller, input.delivery_stream_name);
        auto found = deliveries_.find(key);
        if (!found) co_return refuse(found.error());
        domain::Destination d = (*found)->destination;
        if (input.destination_id != destination_id)
            co_return refuse("InvalidArgumentException",
                             fmt::format("Destination Id {} not found", input.destination_id));
        auto good = apply(input, d);
        if (!good) co_return pass(good);
        const int version = version_of(input.current_delivery_stream_version_id);
        auto done = co_await deliveries_.update(key, version, std::move(d));
        if (!done) co_return refuse(done.error());
        co_return UpdateDestinationOutput{};
    }

    io::Task<Answer<DeleteDeliveryStreamOutput>> remove(Caller caller,
                                                        DeleteDeliveryStreamInput input) {
        auto done = co_await deliveries_.remove(key_of(caller, input.delivery_stream_name));
        if (!done) co_return refuse(done.error());
        co_return DeleteDeliveryStreamOutput{};
    }

  private:
    domain::Deliveries& deliveries_;
};

}  // namespace

void register_streams(Router& router, delivery::Deliveries& deliveries) {
    auto h = std::make_shared<Handlers>(deliveries);
    io::Core& home = deliveries.home();
    on<CreateDeliveryStreamOp>(router, home, h, &Handlers::create);
    on<DescribeDeliveryStreamOp>(router, home, h, &Handlers::describe_stream);
    on<ListDeliveryStreamsOp>(router, home, h, &Handlers::list);
    on<UpdateDestinationOp>(router, home, h, &Handlers::update);
    on<DeleteDeliveryStreamOp>(router, home, h, &Handlers::remove);
}

}  // namespace freshet::aws::firehose_words
