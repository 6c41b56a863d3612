// What the S3 configurations of a destination, of a backup and of their updates have in common.
#pragma once
#include "aws/services/firehose/words.h"
#include "delivery/codecs/encoder.h"

namespace freshet::aws::firehose_words {

/// The request's enum is checked by AWS's model.
delivery::Compression compression_of(std::string_view word);

/// What a configuration and its update have; members that are not given stay as they are. `d` is a
/// Destination or a Backup.
template <class Config, class Target>
Answer<void> apply_hints(const Config& config, Target& d) {
    if (!config.buffering_hints) return {};
    const auto& hints = *config.buffering_hints;
    if (hints.size_in_mbs.has_value() != hints.interval_in_seconds.has_value())
        return refuse("InvalidArgumentException",
                      "BufferingHints must give SizeInMBs and IntervalInSeconds together");
    if (hints.size_in_mbs) d.buffer_mib = *hints.size_in_mbs;
    if (hints.interval_in_seconds) d.interval_s = *hints.interval_in_seconds;
    return {};
}

template <class Config, class Target>
void apply_logging(const Config& config, Target& d) {
    if (!config.cloud_watch_logging_options) return;
    const auto& given = *config.cloud_watch_logging_options;
    d.logs_errors = given.enabled.value_or(false);
    d.log_group = given.log_group_name.value_or("");
    d.log_stream = given.log_stream_name.value_or("");
}

template <class Config, class Target>
Answer<void> apply_common(const Config& config, Target& d) {
    if (config.prefix) d.prefix = config.prefix;
    if (config.error_output_prefix) d.error_prefix = config.error_output_prefix;
    apply_logging(config, d);
    if (config.compression_format) d.compression = compression_of(*config.compression_format);
    return apply_hints(config, d);
}

template <class Config>
Answer<void> apply_backup(const Config& config, delivery::Destination& d) {
    if (!d.options.backup) d.options.backup.emplace();
    delivery::Backup& backup = *d.options.backup;
    std::optional<std::string> arn;
    if constexpr (requires { config.bucket_arn->size(); }) {
        arn = config.bucket_arn;
        if (config.role_arn) backup.role = *config.role_arn;
    } else {
        arn = config.bucket_arn;
        backup.role = config.role_arn;
    }
    if (arn) {
        auto bucket = bucket_of(*arn);
        if (!bucket) return pass(bucket);
        backup.bucket = std::move(*bucket);
    }
    return apply_common(config, backup);
}

template <class Out, class Source>
void fill_logging(Out& out, const Source& d) {
    auto& logging = out.cloud_watch_logging_options.emplace();
    logging.enabled = d.logs_errors;
    if (!d.log_group.empty()) logging.log_group_name = d.log_group;
    if (!d.log_stream.empty()) logging.log_stream_name = d.log_stream;
}

/// `d` is a Destination or a Backup.
template <class Out, class Source>
void fill_common(Out& out, const Source& d) {
    out.prefix = d.prefix;
    out.error_output_prefix = d.error_prefix;
    out.buffering_hints.size_in_mbs = static_cast<std::int32_t>(d.buffer_mib);
    out.buffering_hints.interval_in_seconds = static_cast<std::int32_t>(d.interval_s);
    out.compression_format = delivery::words_of(d.compression).aws;
    out.encryption_configuration.no_encryption_config = "NoEncryption";
    fill_logging(out, d);
}

}  // namespace freshet::aws::firehose_words
