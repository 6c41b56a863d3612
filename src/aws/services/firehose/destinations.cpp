// Destinations: S3 and extended S3, from requests and to descriptions.
#include <fmt/format.h>

#include "aws/services/firehose/words.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

namespace {

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

Answer<void> set_bucket(const std::string& arn, domain::Destination& d) {
    auto bucket = bucket_of(arn);
    if (!bucket) return pass(bucket);
    d.bucket = std::move(*bucket);
    return {};
}

template <class Config>
Answer<void> apply_new(const Config& config, domain::Destination& d) {
    d.role_arn = config.role_arn;
    auto good = set_bucket(config.bucket_arn, d);
    if (good) good = apply_common(config, d);
    return good;
}

template <class Config>
Answer<void> apply_extended(const Config& config, domain::Destination& d) {
    if (config.file_extension) d.file_extension = *config.file_extension;
    if (config.custom_time_zone)
        d.time_zone = config.custom_time_zone->empty() ? "UTC" : *config.custom_time_zone;
    if (!config.processing_configuration) return {};
    d.appends_newline = false;
    if (!config.processing_configuration->enabled.value_or(false) ||
        !config.processing_configuration->processors)
        return {};
    for (const Processor& processor : *config.processing_configuration->processors) {
        d.appends_newline = processor.type == "AppendDelimiterToRecord";
    }
    return {};
}

template <class Out>
void fill_common(Out& out, const domain::Destination& d) {
    out.role_arn = d.role_arn;
    out.bucket_arn = bucket_arn(d.bucket);
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

}  // namespace

Answer<domain::Destination> destination_of(const CreateDeliveryStreamInput& input) {
    domain::Destination d;
    Answer<void> good;
    if (input.extended_s3_destination_configuration && !input.s3_destination_configuration) {
        const auto& config = *input.extended_s3_destination_configuration;
        good = apply_new(config, d);
        if (good) good = apply_extended(config, d);
    } else if (input.s3_destination_configuration && !input.extended_s3_destination_configuration) {
        d.is_extended = false;
        good = apply_new(*input.s3_destination_configuration, d);
    } else {
        good = refuse("InvalidArgumentException",
                      "Exactly one destination configuration is supported for a Firehose; "
                      "Freshet builds S3 and extended S3");
    }
    if (!good) return pass(good);
    return d;
}

Answer<void> apply(const UpdateDestinationInput& input, domain::Destination& d) {
    if (input.extended_s3_destination_update && input.s3_destination_update)
        return refuse("InvalidArgumentException",
                      "Exactly one destination update is supported for a Firehose");
    const auto take = [&d](const auto& config) {
        if (config.role_arn) d.role_arn = *config.role_arn;
        auto good = config.bucket_arn ? set_bucket(*config.bucket_arn, d) : Answer<void>();
        if (good) good = apply_common(config, d);
        return good;
    };
    if (input.extended_s3_destination_update) {
        auto good = take(*input.extended_s3_destination_update);
        if (good) good = apply_extended(*input.extended_s3_destination_update, d);
        d.is_extended = true;
        return good;
    }
    if (input.s3_destination_update) return take(*input.s3_destination_update);
    return refuse("InvalidArgumentException", "Freshet updates S3 and extended S3 destinations");
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
    processing.enabled = d.appends_newline;
    processing.processors.emplace();
    if (d.appends_newline) processing.processors->emplace_back().type = "AppendDelimiterToRecord";
    extended.data_format_conversion_configuration.emplace().enabled = false;
    return out;
}

}  // namespace freshet::aws::firehose_words
