// HTTP endpoints: from requests, and to descriptions. Their S3 configuration is that of the backup.
#include <fmt/format.h>

#include "aws/services/firehose/s3_members.h"

namespace freshet::aws::firehose_words {

using namespace firehose;
namespace domain = delivery;

namespace {

/// What a configuration and its update have in common; members that are not given stay.
template <class Config>
Answer<void> apply_endpoint(const Config& config, domain::Destination& d) {
    domain::HttpEndpoint& endpoint = *d.options.http;
    if (config.role_arn) endpoint.role = *config.role_arn;
    if (config.request_configuration) {
        const auto& given = *config.request_configuration;
        endpoint.is_gzipped = given.content_encoding.value_or("NONE") == "GZIP";
        endpoint.attributes.clear();
        if (given.common_attributes) {
            for (const HttpEndpointCommonAttribute& one : *given.common_attributes)
                endpoint.attributes.emplace_back(one.attribute_name, one.attribute_value);
        }
    }
    if (config.retry_options && config.retry_options->duration_in_seconds)
        endpoint.retry_s = *config.retry_options->duration_in_seconds;
    if (config.s3_backup_mode) d.options.is_backup_on = *config.s3_backup_mode == "AllData";
    if (auto good = apply_hints(config, d); !good) return good;
    apply_logging(config, d);
    return config.processing_configuration ? apply(*config.processing_configuration, d)
                                           : Answer<void>();
}

void apply_address(const HttpEndpointConfiguration& given, domain::HttpEndpoint& endpoint) {
    endpoint.url = given.url;
    if (given.name) endpoint.name = *given.name;
    if (given.access_key) endpoint.access_key = *given.access_key;
}

/// Failures go where the backup goes.
void share_backup(domain::Destination& d) {
    const domain::Backup& backup = *d.options.backup;
    d.bucket = backup.bucket;
    d.role_arn = backup.role;
    d.prefix = backup.prefix;
    d.error_prefix = backup.error_prefix;
}

}  // namespace

Answer<void> apply(const HttpEndpointDestinationConfiguration& given, domain::Destination& d) {
    d.is_extended = false;
    apply_address(given.endpoint_configuration, d.options.http.emplace());
    auto good = apply_endpoint(given, d);
    if (good) good = apply_backup(given.s3_configuration, d);
    if (good) share_backup(d);
    return good;
}

Answer<void> apply(const HttpEndpointDestinationUpdate& given, domain::Destination& d) {
    if (!d.options.http)
        return refuse("InvalidArgumentException", "The type of a destination cannot be changed");
    if (given.endpoint_configuration) apply_address(*given.endpoint_configuration, *d.options.http);
    auto good = apply_endpoint(given, d);
    if (good && given.s3_update) good = apply_backup(*given.s3_update, d);
    if (good) share_backup(d);
    return good;
}

void describe(const domain::Destination& d, HttpEndpointDestinationDescription& out) {
    const domain::HttpEndpoint& endpoint = *d.options.http;
    auto& address = out.endpoint_configuration.emplace();
    address.url = endpoint.url;
    if (!endpoint.name.empty()) address.name = endpoint.name;
    auto& hints = out.buffering_hints.emplace();
    hints.size_in_mbs = static_cast<std::int32_t>(d.buffer_mib);
    hints.interval_in_seconds = static_cast<std::int32_t>(d.interval_s);
    fill_logging(out, d);
    auto& request = out.request_configuration.emplace();
    request.content_encoding = endpoint.is_gzipped ? "GZIP" : "NONE";
    request.common_attributes.emplace();
    for (const auto& [name, value] : endpoint.attributes)
        request.common_attributes->push_back({name, value});
    describe(d, out.processing_configuration.emplace());
    if (!endpoint.role.empty()) out.role_arn = endpoint.role;
    out.retry_options.emplace().duration_in_seconds = static_cast<std::int32_t>(endpoint.retry_s);
    out.s3_backup_mode = d.options.is_backup_on ? "AllData" : "FailedDataOnly";
    auto& backup = out.s3_destination_description.emplace();
    backup.role_arn = d.options.backup->role;
    backup.bucket_arn = bucket_arn(d.options.backup->bucket);
    fill_common(backup, *d.options.backup);
}

}  // namespace freshet::aws::firehose_words
