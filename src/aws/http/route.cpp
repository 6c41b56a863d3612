#include "aws/http/route.h"

#include <fmt/format.h>

#include "aws/protocol/scalar.h"

namespace freshet::aws {
namespace {

const ServiceRim* service_signed_as(Services services, std::string_view name) {
    for (const ServiceRim* service : services) {
        if (name == service->info().signing_name) return service;
    }
    return nullptr;
}

std::unexpected<RouteFault> unknown(const ServiceRim& service, std::string message) {
    const bool is_query = service.info().protocol == Protocol::query;
    return std::unexpected(RouteFault{
        Fault{is_query ? "InvalidAction" : "UnknownOperationException", std::move(message), 400},
        &service});
}

/// The operation `name` of the service that takes `protocol` and whose targets begin with `prefix`;
/// nothing when there is no such service.
std::optional<std::expected<Route, RouteFault>> by_prefix(Services services,
                                                          std::string_view prefix,
                                                          std::string_view name,
                                                          Protocol protocol) {
    for (const ServiceRim* service : services) {
        if (prefix != service->info().target_prefix || !service->info().takes(protocol)) continue;
        if (!service->find_operation(name))
            return unknown(*service,
                           fmt::format("The operation {} is not one of {}", name, prefix));
        return Route{service, std::string(name), {}, {}};
    }
    return std::nullopt;
}

/// "Kinesis_20131202.PutRecord" of the x-amz-target header.
std::expected<Route, RouteFault> by_target(Services services, std::string_view target) {
    const auto dot = target.rfind('.');
    if (dot != std::string_view::npos) {
        auto route =
            by_prefix(services, target.substr(0, dot), target.substr(dot + 1), Protocol::json);
        if (route) return std::move(*route);
    }
    return unknown(claimant(services, {Unnamed::By::target, target}),
                   fmt::format("No service has the target '{}'", target));
}

/// "/service/GraniteServiceVersion20100801/operation/PutMetricData" of Smithy RPC v2.
std::expected<Route, RouteFault> by_rpc_path(Services services, std::string_view path) {
    static constexpr std::string_view before = "/service/", between = "/operation/";
    const auto cut = path.find(between);
    if (path.starts_with(before) && cut != std::string_view::npos && cut >= before.size()) {
        auto route = by_prefix(services, path.substr(before.size(), cut - before.size()),
                               path.substr(cut + between.size()), Protocol::rpc_cbor);
        if (route) return std::move(*route);
    }
    return unknown(claimant(services, {Unnamed::By::rpc_path, path}),
                   fmt::format("No service answers {}", path));
}

/// "Action=GetRole" of a form or a query.
std::expected<Route, RouteFault> by_action(Services services, const CredentialScope& scope,
                                           Pairs parameters) {
    std::string action;
    for (const auto& [name, value] : parameters) {
        if (name == "Action") action = value;
    }
    const ServiceRim* service = service_signed_as(services, scope.service);
    if (!service || !service->info().takes(Protocol::query))
        service = &claimant(services, {Unnamed::By::action, action});
    if (!service->find_operation(action)) {
        return unknown(*service, fmt::format("Could not find operation {} for version {}", action,
                                             service->info().api_version));
    }
    return Route{service, std::move(action), {}, std::move(parameters)};
}

/// The operation of a REST service whose method and URI fit best.
std::optional<Route> by_uri(const ServiceRim& service, std::string_view method,
                            const Target& target) {
    std::optional<Route> best;
    std::string_view best_uri;
    int best_score = -1;
    for (const OperationName& operation : service.info().operations) {
        // The same template again fits no better: four of S3's operations PUT "/{Bucket}/{Key+}".
        if (method != operation.method || operation.uri == best_uri) continue;
        auto match = match_uri(operation.uri, target);
        if (!match || match->score <= best_score) continue;
        best_score = match->score;
        best_uri = operation.uri;
        best = Route{&service, std::string(operation.name), std::move(match->labels), {}};
    }
    return best;
}

std::expected<Route, RouteFault> to_rest(const ServiceRim& service, const std::string& method,
                                         const io::Headers& headers, Target& target) {
    service.complete_target(headers, target);
    auto route = by_uri(service, method, target);
    if (!route)
        return std::unexpected(RouteFault{service.unrouted(method, headers, target), &service});
    route->operation = service.refine(method, *route, headers, target);
    return std::move(*route);
}

bool has(const Target& target, std::string_view name) {
    for (const auto& [key, value] : target.query) {
        if (key == name) return true;
    }
    return false;
}

bool is_rest(Protocol protocol) {
    return protocol == Protocol::rest_json || protocol == Protocol::rest_xml;
}

}  // namespace

bool is_form(const std::string& method, const io::Headers& headers, const Target& target) {
    return method == "POST" && target.path == "/" && !headers.find("x-amz-target") &&
           headers.get("content-type").starts_with("application/x-www-form-urlencoded");
}

namespace {

bool is_rpc(const io::Headers& headers) { return headers.get("smithy-protocol") == "rpc-v2-cbor"; }

/// In which the answer is written too.
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

std::expected<Route, RouteFault> find_operation_of(Services services, const std::string& method,
                                                   const io::Headers& headers, Target& target,
                                                   const CredentialScope& scope,
                                                   const std::string& form) {
    if (const auto name = headers.find("x-amz-target")) return by_target(services, *name);
    if (is_rpc(headers)) return by_rpc_path(services, target.path);
    if (is_form(method, headers, target))
        return by_action(services, scope, parse_query_string(form));
    if (has(target, "Action") && target.path == "/")
        return by_action(services, scope, target.query);
    const ServiceRim* signed_as = service_signed_as(services, scope.service);
    if (signed_as && is_rest(signed_as->info().protocol))
        return to_rest(*signed_as, method, headers, target);
    if (signed_as && signed_as->info().protocol == Protocol::json)
        return unknown(*signed_as, "The request has no X-Amz-Target header");
    const Unnamed unnamed{Unnamed::By::path, target.path, signed_as != nullptr};
    return to_rest(claimant(services, unnamed), method, headers, target);
}

}  // namespace

bool may_be_compressed(const io::Headers& headers, bool is_form) {
    return is_form || headers.find("x-amz-target") || is_rpc(headers);
}

std::expected<Route, RouteFault> find_route(Services services, const std::string& method,
                                            const io::Headers& headers, Target& target,
                                            const CredentialScope& scope, const std::string& form) {
    auto route = find_operation_of(services, method, headers, target, scope, form);
    const bool as_form = is_form(method, headers, target);
    const ServiceRim* service = route ? route->service : route.error().service;
    Protocol& protocol = route ? route->protocol : route.error().protocol;
    protocol = protocol_of(service->info(), headers, target, as_form);
    return route;
}

}  // namespace freshet::aws
