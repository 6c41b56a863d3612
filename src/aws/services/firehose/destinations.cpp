// Destinations: S3, extended S3 and HTTP endpoints, from requests and to descriptions.
#include <fmt/format.h>

#include "aws/services/firehose/s3_members.h"
#include "base/check.h"
#include "delivery/codecs/encoder.h"
#include "delivery/limits.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

delivery::Compression compression_of(std::string_view word) {
    std::size_t at = 0;
    while (at < domain::compression_count &&
           domain::words_of(static_cast<domain::Compression>(at)).aws != word)
        ++at;
    FRESHET_CHECK(at < domain::compression_count);
    return static_cast<domain::Compression>(at);
}

namespace {

constexpr std::int32_t default_retry_s = 300;  ///< AWS's, of dynamic partitioning

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
    if (config.dynamic_partitioning_configuration) {
        const auto& given = *config.dynamic_partitioning_configuration;
        if (given.enabled.value_or(false)) {
            domain::Partitioning& partitioning = d.options.partitioning.emplace();
            if (given.retry_options)
                partitioning.retry_s =
                    given.retry_options->duration_in_seconds.value_or(default_retry_s);
        } else {
            d.options.partitioning.reset();
        }
    }
    if (config.data_format_conversion_configuration) {
        auto good = apply(*config.data_format_conversion_configuration, d);
        if (!good) return good;
    }
    if (config.s3_backup_mode) d.options.is_backup_on = *config.s3_backup_mode == "Enabled";
    return config.processing_configuration ? apply(*config.processing_configuration, d)
                                           : Answer<void>();
}

template <class Out>
void fill(Out& out, const domain::Destination& d) {
    out.role_arn = d.role_arn;
    out.bucket_arn = bucket_arn(d.bucket);
    fill_common(out, d);
}

}  // namespace

Answer<domain::Destination> destination_of(const CreateDeliveryStreamInput& input) {
    domain::Destination d;
    Answer<void> good;
    const int given = input.extended_s3_destination_configuration.has_value() +
                      input.s3_destination_configuration.has_value() +
                      input.http_endpoint_destination_configuration.has_value();
    if (given == 1 && input.extended_s3_destination_configuration) {
        const auto& config = *input.extended_s3_destination_configuration;
        const bool is_partitioned =
            config.dynamic_partitioning_configuration &&
            config.dynamic_partitioning_configuration->enabled.value_or(false);
        const bool is_converting =
            config.data_format_conversion_configuration &&
            config.data_format_conversion_configuration->enabled.value_or(true);
        if (is_partitioned || is_converting)
            d.buffer_mib = domain::limits::large_buffer_mib_default;
        good = apply_new(config, d);
        if (good) good = apply_extended(config, d);
        if (good && config.s3_backup_configuration)
            good = apply_backup(*config.s3_backup_configuration, d);
    } else if (given == 1 && input.s3_destination_configuration) {
        d.is_extended = false;
        good = apply_new(*input.s3_destination_configuration, d);
    } else if (given == 1 && input.http_endpoint_destination_configuration) {
        good = apply(*input.http_endpoint_destination_configuration, d);
    } else {
        good = refuse("InvalidArgumentException",
                      "Exactly one destination configuration is supported for a Firehose");
    }
    if (!good) return pass(good);
    return d;
}

Answer<void> apply(const UpdateDestinationInput& input, domain::Destination& d) {
    const int given = input.extended_s3_destination_update.has_value() +
                      input.s3_destination_update.has_value() +
                      input.http_endpoint_destination_update.has_value();
    if (given > 1)
        return refuse("InvalidArgumentException",
                      "Exactly one destination update is supported for a Firehose");
    const auto take = [&d](const auto& config) {
        if (config.role_arn) d.role_arn = *config.role_arn;
        auto good = config.bucket_arn ? set_bucket(*config.bucket_arn, d) : Answer<void>();
        if (good) good = apply_common(config, d);
        return good;
    };
    if (d.options.http && !input.http_endpoint_destination_update)
        return refuse("InvalidArgumentException", "The type of a destination cannot be changed");
    if (input.extended_s3_destination_update) {
        auto good = take(*input.extended_s3_destination_update);
        const auto& update = *input.extended_s3_destination_update;
        if (good) good = apply_extended(update, d);
        if (good && update.s3_backup_update) good = apply_backup(*update.s3_backup_update, d);
        d.is_extended = true;
        return good;
    }
    if (input.s3_destination_update) return take(*input.s3_destination_update);
    if (input.http_endpoint_destination_update)
        return apply(*input.http_endpoint_destination_update, d);
    return refuse("InvalidArgumentException",
                  "Freshet updates S3, extended S3 and HTTP endpoint destinations");
}

DestinationDescription describe(const domain::Destination& d) {
    DestinationDescription out;
    out.destination_id = destination_id;
    if (d.options.http) {
        describe(d, out.http_endpoint_destination_description.emplace());
        return out;
    }
    fill(out.s3_destination_description.emplace(), d);
    if (!d.is_extended) return out;
    auto& extended = out.extended_s3_destination_description.emplace();
    fill(extended, d);
    extended.s3_backup_mode = d.options.is_backup_on ? "Enabled" : "Disabled";
    if (d.options.backup) {
        auto& backup = extended.s3_backup_description.emplace();
        backup.role_arn = d.options.backup->role;
        backup.bucket_arn = bucket_arn(d.options.backup->bucket);
        fill_common(backup, *d.options.backup);
    }
    if (!d.file_extension.empty()) extended.file_extension = d.file_extension;
    if (d.time_zone != "UTC") extended.custom_time_zone = d.time_zone;
    describe(d, extended.processing_configuration.emplace());
    if (d.options.partitioning) {
        auto& partitioning = extended.dynamic_partitioning_configuration.emplace();
        partitioning.enabled = true;
        partitioning.retry_options.emplace().duration_in_seconds =
            static_cast<std::int32_t>(d.options.partitioning->retry_s);
    }
    describe(d, extended.data_format_conversion_configuration.emplace());
    return out;
}

}  // namespace freshet::aws::firehose_words
