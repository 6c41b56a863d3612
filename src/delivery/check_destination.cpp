#include "delivery/check_destination.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/time_zone.h"
#include "delivery/conversion/plan.h"
#include "delivery/errors.h"
#include "delivery/http/endpoint.h"
#include "delivery/limits.h"
#include "delivery/naming/prefix.h"
#include "delivery/stages/plan.h"

namespace freshet::delivery {
namespace {

Failure refuse(std::string why) { return fail(Errc::invalid_argument, std::move(why)); }

Result<> check_hints(std::int64_t buffer_mib, std::int64_t interval_s) {
    if (buffer_mib >= limits::buffer_mib_min && buffer_mib <= limits::buffer_mib_max &&
        interval_s >= 0 && interval_s <= limits::interval_s_max)
        return {};
    return refuse(fmt::format("BufferingHints must be {} to {} MB and 0 to {} seconds",
                              limits::buffer_mib_min, limits::buffer_mib_max,
                              limits::interval_s_max));
}

/// Hints, prefixes and processors of dynamic partitioning belong together.
Result<> check_partitioning(const Destination& d) {
    const std::string prefix = d.prefix.value_or("");
    const bool has_query = d.options.find(ProcessorKind::metadata_extraction) != nullptr;
    if (!d.options.partitioning) {
        if (has_query)
            return refuse(
                "MetadataExtraction processor requires Dynamic Partitioning to be "
                "enabled.");
        return {};
    }
    if (d.buffer_mib < limits::large_buffer_mib_min)
        return refuse(
            fmt::format("BufferingHints.SizeInMBs must be at least {} when Dynamic "
                        "Partitioning is enabled.",
                        limits::large_buffer_mib_min));
    if (d.interval_s < limits::partitioned_interval_s_min)
        return refuse(
            fmt::format("BufferingHints.IntervalInSeconds must be at least {} seconds "
                        "when Dynamic Partitioning is enabled.",
                        limits::partitioned_interval_s_min));
    if (!keys_used(prefix, "partitionKeyFromQuery").empty() && !has_query)
        return refuse(
            "Prefix uses partitionKeyFromQuery: a processor of type MetadataExtraction "
            "must be given");
    if (!keys_used(prefix, "partitionKeyFromLambda").empty() &&
        !d.options.find(ProcessorKind::lambda))
        return refuse(
            "Prefix uses partitionKeyFromLambda: a processor of type Lambda must be "
            "given");
    return {};
}

Result<> check_backup(const Destination& d) {
    if (!d.options.backup) {
        if (d.options.is_backup_on)
            return refuse("S3BackupConfiguration must be given when S3BackupMode is Enabled");
        return {};
    }
    const Backup& backup = *d.options.backup;
    if (auto good = check_hints(backup.buffer_mib, backup.interval_s); !good) return good;
    if (!d.options.http && backup.interval_s == 0)
        return refuse(
            "BufferingHints.IntervalInSeconds of S3BackupConfiguration must be at least 1, since "
            "a backup is buffered");
    return check_prefixes(backup.prefix, backup.error_prefix);
}

Result<> check_endpoint(const HttpEndpoint& endpoint, const Destination& d) {
    if (auto address = address_of(endpoint.url); !address) return pass(address);
    if (d.buffer_mib > limits::endpoint_mib_max)
        return refuse(
            fmt::format("BufferingHints.SizeInMBs must be at most {} for an HTTP endpoint",
                        limits::endpoint_mib_max));
    if (endpoint.retry_s < 0 || endpoint.retry_s > limits::endpoint_retry_s_max)
        return refuse(fmt::format("RetryOptions.DurationInSeconds must be 0 to {}",
                                  limits::endpoint_retry_s_max));
    if (endpoint.attributes.size() > limits::endpoint_attributes_max)
        return refuse(fmt::format("CommonAttributes can have at most {} members",
                                  limits::endpoint_attributes_max));
    return {};
}

}  // namespace

Result<> check_destination(const Destination& d) {
    FRESHET_CHECK(!d.bucket.empty());  // the rim took it from an ARN
    if (auto good = check_hints(d.buffer_mib, d.interval_s); !good) return good;
    if (d.time_zone != "UTC" && !TimeZone::find(d.time_zone))
        return refuse(fmt::format("The time zone {} is not valid", d.time_zone));
    if (d.logs_errors && (d.log_group.empty() || d.log_stream.empty()))
        return refuse(
            "LogGroupName and LogStreamName must be given when CloudWatch logging is "
            "enabled");
    if (d.options.is_converting()) {
        if (auto plan = conversion_plan_of(d); !plan) return pass(plan);
    }
    if (auto good = check_partitioning(d); !good) return good;
    if (auto plan = plan_of(d); !plan) return pass(plan);
    if (auto good = check_backup(d); !good) return good;
    if (d.options.http) {
        if (auto good = check_endpoint(*d.options.http, d); !good) return good;
    }
    return check_prefixes(d.prefix, d.error_prefix, d.options.partitioning.has_value());
}

Result<> check_change(const Destination& before, const Destination& after) {
    if (before.options.partitioning.has_value() != after.options.partitioning.has_value())
        return refuse(
            "Dynamic Partitioning can be enabled only when a Firehose is created, and "
            "cannot be disabled.");
    if (before.options.http.has_value() != after.options.http.has_value())
        return refuse("The type of a destination cannot be changed");
    if (before.options.http) return {};
    if (before.options.is_backup_on && !after.options.is_backup_on)
        return refuse("S3BackupMode cannot be disabled once it is enabled");
    return {};
}

}  // namespace freshet::delivery
