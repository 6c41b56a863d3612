#include "aws/services/firehose/firehose.h"

#include <fmt/format.h>

#include "aws/http/rim.h"
#include "aws/limits.h"
#include "aws/model/firehose.h"
#include "delivery/limits.h"

namespace freshet::aws {
namespace {

using namespace firehose;
namespace domain = delivery;

constexpr int list_default = 10;
constexpr int tags_default = 50;
constexpr const char* destination_id = "destinationId-000000000001";

std::unexpected<Fault> refuse(const char* code, std::string message) {
    return std::unexpected(Fault{code, std::move(message)});
}

std::unexpected<Fault> refuse(const freshet::Error& error) {
    if (!error.is_of<domain::Errc>()) return refuse("ServiceUnavailableException", error.message());
    switch (error.as<domain::Errc>()) {
        case domain::Errc::not_found:
            return refuse("ResourceNotFoundException", error.message());
        case domain::Errc::in_use:
            return refuse("ResourceInUseException", error.message());
        case domain::Errc::invalid_argument:
            return refuse("InvalidArgumentException", error.message());
        case domain::Errc::wrong_version:
            return refuse("ConcurrentModificationException", error.message());
        case domain::Errc::wrong_source:
            return refuse("InvalidSourceException", error.message());
        case domain::Errc::unavailable:
            return refuse("ServiceUnavailableException", error.message());
    }
    return refuse("ServiceUnavailableException", error.message());
}

std::string arn_of(const domain::DeliveryKey& key) {
    return fmt::format("arn:aws:firehose:{}:{}:deliverystream/{}", key.region, key.account,
                       key.name);
}

/// What both S3 configurations and their updates have; members that are not given stay as they are.
template <class Config>
Answer<void> apply_common(const Config& config, domain::Destination& d) {
    if (config.prefix) d.prefix = config.prefix;
    if (config.error_output_prefix) d.error_prefix = config.error_output_prefix;
    if (config.buffering_hints) {
        const auto& hints = *config.buffering_hints;
        if (hints.size_in_mbs.has_value() != hints.interval_in_seconds.has_value()) {
            return refuse("InvalidArgumentException",
                          "BufferingHints must give SizeInMBs and IntervalInSeconds together");
        }
        if (hints.size_in_mbs) d.buffer_mib = *hints.size_in_mbs;
        if (hints.interval_in_seconds) d.interval_s = *hints.interval_in_seconds;
    }
    if (config.cloud_watch_logging_options) {
        const auto& given = *config.cloud_watch_logging_options;
        d.logs_errors = given.enabled.value_or(false);
        d.log_group = given.log_group_name.value_or("");
        d.log_stream = given.log_stream_name.value_or("");
    }
    if (config.compression_format) {
        d.compression = *config.compression_format == "GZIP" ? domain::Compression::gzip
                                                             : domain::Compression::none;
    }
    return {};
}

template <class Config>
Answer<void> apply_extended(const Config& config, domain::Destination& d) {
    if (config.file_extension) d.file_extension = *config.file_extension;
    if (config.custom_time_zone)
        d.time_zone = config.custom_time_zone->empty() ? "UTC" : *config.custom_time_zone;
    if (!config.processing_configuration) return {};
    d.append_newline = false;
    if (!config.processing_configuration->enabled.value_or(false) ||
        !config.processing_configuration->processors)
        return {};
    for (const Processor& processor : *config.processing_configuration->processors) {
        d.append_newline = processor.type == "AppendDelimiterToRecord";
    }
    return {};
}

template <class Out>
void fill_common(Out& out, const domain::Destination& d) {
    out.role_arn = d.role_arn;
    out.bucket_arn = d.bucket_arn;
    out.prefix = d.prefix;
    out.error_output_prefix = d.error_prefix;
    out.buffering_hints.size_in_mbs = static_cast<std::int32_t>(d.buffer_mib);
    out.buffering_hints.interval_in_seconds = static_cast<std::int32_t>(d.interval_s);
    out.compression_format = d.compression == domain::Compression::gzip ? "GZIP" : "UNCOMPRESSED";
    out.encryption_configuration.no_encryption_config = "NoEncryption";
    auto& logging = out.cloud_watch_logging_options.emplace();
    logging.enabled = d.logs_errors;
    if (!d.log_group.empty()) logging.log_group_name = d.log_group;
    if (!d.log_stream.empty()) logging.log_stream_name = d.log_stream;
}

DestinationDescription describe(const domain::Destination& d) {
    DestinationDescription out;
    out.destination_id = destination_id;
    fill_common(out.s3_destination_description.emplace(), d);
    if (!d.is_extended) return out;
    auto& extended = out.extended_s3_destination_description.emplace();
    fill_common(extended, d);
    extended.s3_backup_mode = "Disabled";
    if (!d.file_extension.empty()) extended.file_extension = d.file_extension;
    if (d.time_zone != "UTC") extended.custom_time_zone = d.time_zone;
    auto& processing = extended.processing_configuration.emplace();
    processing.enabled = d.append_newline;
    processing.processors.emplace();
    if (d.append_newline) processing.processors->emplace_back().type = "AppendDelimiterToRecord";
    extended.data_format_conversion_configuration.emplace().enabled = false;
    return out;
}

class Handlers {
  public:
    explicit Handlers(domain::Deliveries& deliveries) : deliveries_(deliveries) {}

    io::Task<Answer<CreateDeliveryStreamOutput>> create(Caller caller,
                                                        CreateDeliveryStreamInput input) {
        domain::Destination d;
        Answer<void> good;
        if (input.extended_s3_destination_configuration && !input.s3_destination_configuration) {
            const auto& config = *input.extended_s3_destination_configuration;
            d.bucket_arn = config.bucket_arn;
            d.role_arn = config.role_arn;
            good = apply_common(config, d);
            if (good) good = apply_extended(config, d);
        } else if (input.s3_destination_configuration &&
                   !input.extended_s3_destination_configuration) {
            const auto& config = *input.s3_destination_configuration;
            d.bucket_arn = config.bucket_arn;
            d.role_arn = config.role_arn;
            d.is_extended = false;
            good = apply_common(config, d);
        } else {
            good = refuse("InvalidArgumentException",
                          "Exactly one destination configuration is supported for a Firehose; "
                          "Freshet builds S3 and extended S3");
        }
        if (!good) co_return pass(good);
        std::optional<domain::KinesisSource> source;
        const std::string type = input.delivery_stream_type.value_or("DirectPut");
        if (type == "KinesisStreamAsSource") {
            if (!input.kinesis_stream_source_configuration)
                co_return refuse("InvalidArgumentException",
                                 "KinesisStreamSourceConfiguration must be given");
            source =
                domain::KinesisSource{input.kinesis_stream_source_configuration->kinesis_stream_arn,
                                      input.kinesis_stream_source_configuration->role_arn,
                                      {}};
        } else if (input.kinesis_stream_source_configuration) {
            co_return refuse("InvalidArgumentException",
                             "KinesisStreamSourceConfiguration is for a DeliveryStreamType of "
                             "KinesisStreamAsSource only");
        }
        std::map<std::string, std::string> tags;
        for (const Tag& tag : input.tags.value_or(std::vector<Tag>()))
            tags[tag.key] = tag.value.value_or("");
        const domain::DeliveryKey key{caller.account(), caller.region(),
                                      input.delivery_stream_name};
        auto done =
            co_await deliveries_.create(key, std::move(d), std::move(source), std::move(tags));
        if (!done) co_return refuse(done.error());
        CreateDeliveryStreamOutput out;
        out.delivery_stream_arn = arn_of(key);
        co_return out;
    }

    io::Task<Answer<DescribeDeliveryStreamOutput>> describe_stream(
        Caller caller, DescribeDeliveryStreamInput input) {
        auto found =
            deliveries_.find({caller.account(), caller.region(), input.delivery_stream_name});
        if (!found) co_return refuse(found.error());
        const domain::DeliveryStream& stream = **found;
        DescribeDeliveryStreamOutput out;
        DeliveryStreamDescription& made = out.delivery_stream_description;
        made.delivery_stream_name = stream.key.name;
        made.delivery_stream_arn = arn_of(stream.key);
        made.delivery_stream_status = "ACTIVE";
        made.delivery_stream_type = stream.source ? "KinesisStreamAsSource" : "DirectPut";
        made.version_id = std::to_string(stream.version);
        made.create_timestamp = stream.created;
        made.last_update_timestamp = stream.updated;
        if (stream.source) {
            auto& source = made.source.emplace().kinesis_stream_source_description.emplace();
            source.kinesis_stream_arn = stream.source->stream_arn;
            source.role_arn = stream.source->role_arn;
            source.delivery_start_timestamp = stream.source->started;
        }
        made.destinations.push_back(describe(stream.destination));
        co_return out;
    }

    io::Task<Answer<ListDeliveryStreamsOutput>> list(Caller caller,
                                                     ListDeliveryStreamsInput input) {
        ListDeliveryStreamsOutput out;
        const auto limit = static_cast<std::size_t>(input.limit.value_or(list_default));
        for (const domain::DeliveryStream* stream :
             deliveries_.list(caller.account(), caller.region(),
                              input.exclusive_start_delivery_stream_name.value_or(""))) {
            if (input.delivery_stream_type &&
                (*input.delivery_stream_type == "DirectPut") == stream->source.has_value())
                continue;
            if (out.delivery_stream_names.size() == limit)
                out.has_more_delivery_streams = true;
            else
                out.delivery_stream_names.push_back(stream->key.name);
        }
        co_return out;
    }

    io::Task<Answer<UpdateDestinationOutput>> update(Caller caller, UpdateDestinationInput input) {
        const domain::DeliveryKey key{caller.account(), caller.region(),
                                      input.delivery_stream_name};
        auto found = deliveries_.find(key);
        if (!found) co_return refuse(found.error());
        domain::Destination d = (*found)->destination;
        if (input.destination_id != destination_id)
            co_return refuse("InvalidArgumentException",
                             fmt::format("Destination Id {} not found", input.destination_id));
        Answer<void> good;
        if (input.extended_s3_destination_update && input.s3_destination_update)
            co_return refuse("InvalidArgumentException",
                             "Exactly one destination update is supported for a Firehose");
        const auto take = [&d](const auto& config) {
            if (config.bucket_arn) d.bucket_arn = *config.bucket_arn;
            if (config.role_arn) d.role_arn = *config.role_arn;
            return apply_common(config, d);
        };
        if (input.extended_s3_destination_update) {
            good = take(*input.extended_s3_destination_update);
            if (good) good = apply_extended(*input.extended_s3_destination_update, d);
            d.is_extended = true;
        } else if (input.s3_destination_update) {
            good = take(*input.s3_destination_update);
        } else {
            good = refuse("InvalidArgumentException",
                          "Freshet updates S3 and extended S3 destinations");
        }
        if (!good) co_return pass(good);
        const int version = static_cast<int>(
            std::strtol(input.current_delivery_stream_version_id.c_str(), nullptr, 10));
        auto done = co_await deliveries_.update(key, version, std::move(d));
        if (!done) co_return refuse(done.error());
        co_return UpdateDestinationOutput{};
    }

    io::Task<Answer<DeleteDeliveryStreamOutput>> remove(Caller caller,
                                                        DeleteDeliveryStreamInput input) {
        auto done = co_await deliveries_.remove(
            {caller.account(), caller.region(), input.delivery_stream_name});
        if (!done) co_return refuse(done.error());
        co_return DeleteDeliveryStreamOutput{};
    }

    io::Task<Answer<PutRecordOutput>> put(Caller caller, PutRecordInput input) {
        std::vector<Bytes> records;
        records.push_back(std::move(input.record.data));
        auto first = co_await deliveries_.put(
            {caller.account(), caller.region(), input.delivery_stream_name}, std::move(records));
        if (!first) co_return refuse(first.error());
        PutRecordOutput out;
        out.record_id = fmt::format("{:056}", *first);
        out.encrypted = false;
        co_return out;
    }

    io::Task<Answer<PutRecordBatchOutput>> put_batch(Caller caller, PutRecordBatchInput input) {
        std::vector<Bytes> records;
        std::size_t bytes = 0;
        for (Record& record : input.records) {
            bytes += record.data.size();
            records.push_back(std::move(record.data));
        }
        if (bytes > domain::limits::batch_bytes_max)
            co_return refuse("InvalidArgumentException", "Records size exceeds 4 MB limit");
        const std::size_t count = records.size();
        auto first = co_await deliveries_.put(
            {caller.account(), caller.region(), input.delivery_stream_name}, std::move(records));
        if (!first) co_return refuse(first.error());
        PutRecordBatchOutput out;
        out.failed_put_count = 0;
        out.encrypted = false;
        for (std::size_t i = 0; i < count; ++i)
            out.request_responses.emplace_back().record_id = fmt::format("{:056}", *first + i);
        co_return out;
    }

    io::Task<Answer<TagDeliveryStreamOutput>> tag(Caller caller, TagDeliveryStreamInput input) {
        const domain::DeliveryKey key{caller.account(), caller.region(),
                                      input.delivery_stream_name};
        std::map<std::string, std::string> tags;
        for (const Tag& one : input.tags) tags[one.key] = one.value.value_or("");
        auto done = co_await deliveries_.change_tags(key, std::move(tags), {});
        if (!done) co_return refuse(done.error());
        co_return TagDeliveryStreamOutput{};
    }

    io::Task<Answer<UntagDeliveryStreamOutput>> untag(Caller caller,
                                                      UntagDeliveryStreamInput input) {
        const domain::DeliveryKey key{caller.account(), caller.region(),
                                      input.delivery_stream_name};
        auto done = co_await deliveries_.change_tags(key, {}, std::move(input.tag_keys));
        if (!done) co_return refuse(done.error());
        co_return UntagDeliveryStreamOutput{};
    }

    io::Task<Answer<ListTagsForDeliveryStreamOutput>> list_tags(
        Caller caller, ListTagsForDeliveryStreamInput input) {
        auto found =
            deliveries_.find({caller.account(), caller.region(), input.delivery_stream_name});
        if (!found) co_return refuse(found.error());
        ListTagsForDeliveryStreamOutput out;
        const auto& tags = (*found)->tags;
        for (auto at = tags.upper_bound(input.exclusive_start_tag_key.value_or(""));
             at != tags.end(); ++at) {
            if (out.tags.size() == static_cast<std::size_t>(input.limit.value_or(tags_default))) {
                out.has_more_tags = true;
                break;
            }
            Tag& made = out.tags.emplace_back();
            made.key = at->first;
            made.value = at->second;
        }
        co_return out;
    }

  private:
    domain::Deliveries& deliveries_;
};

class FirehoseRim final : public ServiceRim {
  public:
    FirehoseRim() : ServiceRim(firehose::service_info()) {}

    std::size_t body_bytes_max(std::string_view operation) const override {
        return operation == "PutRecordBatch" ? aws::limits::delivery_body_bytes_max
                                             : aws::limits::body_bytes_max;
    }
};

}  // namespace

void register_firehose(Router& router, delivery::Deliveries& deliveries) {
    router.add_service(std::make_unique<FirehoseRim>());
    io::Core& home = deliveries.home();
    auto h = std::make_shared<Handlers>(deliveries);
    router.handle<CreateDeliveryStreamOp>(home, [h](Caller c, CreateDeliveryStreamInput i) {
        return h->create(std::move(c), std::move(i));
    });
    router.handle<DescribeDeliveryStreamOp>(home, [h](Caller c, DescribeDeliveryStreamInput i) {
        return h->describe_stream(std::move(c), std::move(i));
    });
    router.handle<ListDeliveryStreamsOp>(home, [h](Caller c, ListDeliveryStreamsInput i) {
        return h->list(std::move(c), std::move(i));
    });
    router.handle<UpdateDestinationOp>(home, [h](Caller c, UpdateDestinationInput i) {
        return h->update(std::move(c), std::move(i));
    });
    router.handle<DeleteDeliveryStreamOp>(home, [h](Caller c, DeleteDeliveryStreamInput i) {
        return h->remove(std::move(c), std::move(i));
    });
    router.handle<PutRecordOp>(
        home, [h](Caller c, PutRecordInput i) { return h->put(std::move(c), std::move(i)); });
    router.handle<PutRecordBatchOp>(home, [h](Caller c, PutRecordBatchInput i) {
        return h->put_batch(std::move(c), std::move(i));
    });
    router.handle<TagDeliveryStreamOp>(home, [h](Caller c, TagDeliveryStreamInput i) {
        return h->tag(std::move(c), std::move(i));
    });
    router.handle<UntagDeliveryStreamOp>(home, [h](Caller c, UntagDeliveryStreamInput i) {
        return h->untag(std::move(c), std::move(i));
    });
    router.handle<ListTagsForDeliveryStreamOp>(home,
                                               [h](Caller c, ListTagsForDeliveryStreamInput i) {
                                                   return h->list_tags(std::move(c), std::move(i));
                                               });
}

}  // namespace freshet::aws
