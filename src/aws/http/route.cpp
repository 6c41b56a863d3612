#include "aws/http/route.h"

#include <fmt/format.h>

#include "aws/http/front.h"
#include "aws/protocol/scalar.h"
#include "aws/protocol/services.h"

namespace freshet::aws {
namespace {

/// Every service of the manifest.
const std::vector<const ServiceInfo*>& all_services() {
    static const std::vector<const ServiceInfo*> services{&kinesis::service_info(),
                                                          &s3::service_info(),
                                                          &firehose::service_info(),
                                                          &lambda::service_info(),
                                                          &logs::service_info(),
                                                          &glue::service_info(),
                                                          &events::service_info(),
                                                          &athena::service_info(),
                                                          &iam::service_info(),
                                                          &sts::service_info(),
                                                          &kinesisanalytics::service_info(),
                                                          &quicksight::service_info(),
                                                          &dynamodb::service_info(),
                                                          &cloudwatch::service_info()};
    return services;
}

const OperationName* find_operation(const ServiceInfo& service, std::string_view name) {
    for (const OperationName& operation : service.operations) {
        if (name == operation.name) return &operation;
    }
    return nullptr;
}

const ServiceInfo* service_signed_as(std::string_view name) {
    for (const ServiceInfo* service : all_services()) {
        if (name == service->signing_name) return service;
    }
    return nullptr;
}

std::unexpected<RouteFault> unknown(const ServiceInfo* service, std::string message) {
    const bool is_query = service && service->protocol == Protocol::query;
    return std::unexpected(RouteFault{
        Fault{is_query ? "InvalidAction" : "UnknownOperationException", std::move(message), 400},
        service});
}

std::expected<Route, RouteFault> by_target(std::string_view target) {
    const auto dot = target.rfind('.');
    const std::string_view prefix = target.substr(0, dot);
    for (const ServiceInfo* service : all_services()) {
        if (dot == std::string_view::npos || prefix != service->target_prefix ||
            !service->takes(Protocol::json))
            continue;
        const std::string_view name = target.substr(dot + 1);
        if (!find_operation(*service, name))
            return unknown(service, fmt::format("The operation {} is not one of {}", name, prefix));
        return Route{service, std::string(name), {}, {}};
    }
    return unknown(&kinesis::service_info(), fmt::format("No service has the target '{}'", target));
}

std::expected<Route, RouteFault> by_action(const CredentialScope& scope, Pairs parameters) {
    std::string action;
    for (const auto& [name, value] : parameters) {
        if (name == "Action") action = value;
    }
    const ServiceInfo* service = service_signed_as(scope.service);
    if (!service || !service->takes(Protocol::query)) {
        service = find_operation(sts::service_info(), action) ? &sts::service_info()
                                                              : &iam::service_info();
    }
    if (!find_operation(*service, action)) {
        return unknown(service, fmt::format("Could not find operation {} for version {}", action,
                                            service->api_version));
    }
    return Route{service, std::move(action), {}, std::move(parameters)};
}

/// "/service/GraniteServiceVersion20100801/operation/PutMetricData" of Smithy RPC v2.
std::expected<Route, RouteFault> by_rpc_path(std::string_view path) {
    static constexpr std::string_view before = "/service/", between = "/operation/";
    const auto cut = path.find(between);
    const bool fits =
        path.starts_with(before) && cut != std::string_view::npos && cut >= before.size();
    const std::string_view prefix =
        fits ? path.substr(before.size(), cut - before.size()) : std::string_view();
    for (const ServiceInfo* service : all_services()) {
        if (!fits || prefix != service->target_prefix || !service->takes(Protocol::rpc_cbor))
            continue;
        const std::string_view name = path.substr(cut + between.size());
        if (!find_operation(*service, name))
            return unknown(service, fmt::format("The operation {} is not one of {}", name, prefix));
        return Route{service, std::string(name), {}, {}};
    }
    return unknown(&kinesis::service_info(), fmt::format("No service answers {}", path));
}

/// The operation of a REST service whose method and URI fit best.
std::optional<Route> by_uri(const ServiceInfo& service, std::string_view method,
                            const Target& target) {
    std::optional<Route> best;
    int best_score = -1;
    for (const OperationName& operation : service.operations) {
        if (method != operation.method) continue;
        auto match = match_uri(operation.uri, target);
        if (!match || match->score <= best_score) continue;
        best_score = match->score;
        best = Route{&service, std::string(operation.name), std::move(match->labels), {}};
    }
    return best;
}

/// "bucket.s3.localhost:4566" names a bucket; "localhost", "127.0.0.1" and "s3.localhost" do not.
std::string bucket_of_host(std::string_view host) {
    host = host.substr(0, host.rfind(':'));
    for (const std::string_view tail :
         {".s3.localhost", ".s3.localhost.localstack.cloud", ".localhost"}) {
        if (host.size() > tail.size() && host.ends_with(tail)) {
            const std::string_view bucket = host.substr(0, host.size() - tail.size());
            if (bucket != "s3") return std::string(bucket);
        }
    }
    const auto at = host.find(".s3.");
    const auto dashed = host.find(".s3-");
    const auto cut = at != std::string_view::npos ? at : dashed;
    return cut != std::string_view::npos && host.ends_with(".amazonaws.com")
               ? std::string(host.substr(0, cut))
               : "";
}

bool has(const Target& target, std::string_view name) {
    for (const auto& [key, value] : target.query) {
        if (key == name) return true;
    }
    return false;
}

/// What the URI alone does not tell: the model gives one URI to operations that a header or an
/// upload id tells apart.
std::string refine_s3(const std::string& method, const Route& route, const io::Headers& headers,
                      const Target& target) {
    static constexpr std::pair<std::string_view, std::string_view> renamed[] = {
        {"GetBucketLifecycle", "GetBucketLifecycleConfiguration"},
        {"GetBucketNotification", "GetBucketNotificationConfiguration"},
        {"PutBucketLifecycle", "PutBucketLifecycleConfiguration"},
        {"PutBucketNotification", "PutBucketNotificationConfiguration"}};
    for (const auto& [old, now] : renamed) {
        if (route.operation == old) return std::string(now);
    }
    // "ListBucketMetricsConfigurations" and "GetBucketMetricsConfiguration" differ by the id that
    // the second names.
    if (route.operation.starts_with("ListBucket") && route.operation.ends_with("Configurations") &&
        has(target, "id")) {
        return "Get" + route.operation.substr(4, route.operation.size() - 5);
    }
    if (route.operation.starts_with("GetBucket") && route.operation.ends_with("Configuration") &&
        !has(target, "id")) {
        const std::string all = "List" + route.operation.substr(3) + "s";
        if (find_operation(s3::service_info(), all)) return all;
    }
    const bool of_object = route.labels.size() == 2;
    if (!of_object) {
        if (method == "GET" && route.labels.empty()) return "ListBuckets";
        return route.operation == "ListObjects" && has(target, "list-type") ? "ListObjectsV2"
                                                                            : route.operation;
    }
    const OperationName* operation = find_operation(s3::service_info(), route.operation);
    if (std::string_view(operation->uri).find('?') != std::string_view::npos)
        return route.operation;
    const bool copies = headers.find("x-amz-copy-source").has_value();
    const bool of_upload = has(target, "uploadId");
    if (method == "PUT" && of_upload) return copies ? "UploadPartCopy" : "UploadPart";
    if (method == "PUT") return copies ? "CopyObject" : "PutObject";
    if (method == "GET") return of_upload ? "ListParts" : "GetObject";
    if (method == "DELETE") return of_upload ? "AbortMultipartUpload" : "DeleteObject";
    if (method == "POST" && of_upload) return "CompleteMultipartUpload";
    return route.operation;
}

std::expected<Route, RouteFault> to_s3(const std::string& method, const io::Headers& headers,
                                       Target& target) {
    const ServiceInfo& service = s3::service_info();
    const std::string bucket = bucket_of_host(headers.get("host"));
    if (!bucket.empty())
        target.path = target.path == "/" ? "/" + bucket : "/" + bucket + target.path;
    auto route = by_uri(service, method, target);
    if (!route && method == "POST" &&
        headers.get("content-type").starts_with("multipart/form-data")) {
        return std::unexpected(RouteFault{
            Fault{"NotImplemented", "Freshet does not build POST Object (forms) of s3", 501},
            &service});
    }
    if (!route) {
        return std::unexpected(
            RouteFault{Fault{"MethodNotAllowed",
                             "The specified method is not allowed against this resource.", 405},
                       &service});
    }
    route->operation = refine_s3(method, *route, headers, target);
    return std::move(*route);
}

}  // namespace

std::string bucket_of(const io::Headers& headers, const Target& target) {
    if (headers.find("x-amz-target")) return "";
    std::string bucket = bucket_of_host(headers.get("host"));
    if (!bucket.empty() || target.path.size() < 2) return bucket;
    const std::string_view path = std::string_view(target.path).substr(1);
    return percent_decode(path.substr(0, path.find('/')), false);
}

bool is_form(const std::string& method, const io::Headers& headers, const Target& target) {
    return method == "POST" && target.path == "/" && !headers.find("x-amz-target") &&
           headers.get("content-type").starts_with("application/x-www-form-urlencoded");
}

namespace {

bool is_rpc(const io::Headers& headers) { return headers.get("smithy-protocol") == "rpc-v2-cbor"; }

Protocol protocol_of(const ServiceInfo& service, const io::Headers& headers, const Target& target,
                     bool is_form) {
    if (headers.find("x-amz-target")) {
        const bool is_cbor = headers.get("content-type").starts_with("application/x-amz-cbor-1.1");
        return is_cbor ? Protocol::cbor : Protocol::json;
    }
    if (is_rpc(headers)) return Protocol::rpc_cbor;
    const bool is_action = is_form || (has(target, "Action") && target.path == "/");
    return is_action && service.takes(Protocol::query) ? Protocol::query : service.protocol;
}

std::expected<Route, RouteFault> find_operation_of(const std::string& method,
                                                   const io::Headers& headers, Target& target,
                                                   const CredentialScope& scope,
                                                   const std::string& form) {
    if (const auto name = headers.find("x-amz-target")) return by_target(*name);
    if (is_rpc(headers)) return by_rpc_path(target.path);
    if (is_form(method, headers, target)) return by_action(scope, parse_query_string(form));
    if (has(target, "Action") && target.path == "/") return by_action(scope, target.query);
    const ServiceInfo* signed_as = service_signed_as(scope.service);
    const bool is_lambda =
        target.path.starts_with("/2015-03-31/") || target.path.starts_with("/2014-11-13/");
    if ((signed_as && signed_as->protocol == Protocol::rest_json) || (!signed_as && is_lambda)) {
        const ServiceInfo& service = signed_as ? *signed_as : lambda::service_info();
        if (auto route = by_uri(service, method, target)) return std::move(*route);
        return std::unexpected(
            RouteFault{Fault{"UnknownOperationException",
                             fmt::format("No operation answers {} {}", method, target.path), 404},
                       &service});
    }
    if (signed_as && signed_as->protocol == Protocol::json) {
        return unknown(signed_as, "The request has no X-Amz-Target header");
    }
    return to_s3(method, headers, target);
}

}  // namespace

bool may_be_compressed(const io::Headers& headers, bool is_form) {
    return is_form || headers.find("x-amz-target") || is_rpc(headers);
}

std::expected<Route, RouteFault> find_route(const std::string& method, const io::Headers& headers,
                                            Target& target, const CredentialScope& scope,
                                            const std::string& form) {
    auto route = find_operation_of(method, headers, target, scope, form);
    const bool as_form = is_form(method, headers, target);
    if (route) {
        route->protocol = protocol_of(*route->service, headers, target, as_form);
    } else {
        route.error().protocol = protocol_of(*route.error().service, headers, target, as_form);
    }
    return route;
}

}  // namespace freshet::aws
