#include "aws/http/cors.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::aws {
namespace {

constexpr const char* exposed =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
constexpr const char* remembered_s = "172800";

}  // namespace

bool is_local_origin(std::string_view origin) {
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    std::string_view host = origin.substr(scheme + 3);
    if (host.starts_with("[::1]")) return true;
    host = host.substr(0, host.find(':'));
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host.ends_with(".localhost") ||
           (is_address && host.starts_with("127."));
}

bool Cors::is_named(std::string_view origin) const {
    return std::ranges::any_of(origins_,
                               [&](const std::string& one) { return one == "*" || one == origin; });
}

io::Task<CorsGrant> Cors::judge(Services services, const io::HttpRequest& request,
                                const Target& target) const {
    const std::string origin(request.headers.get("origin"));
    if (!is_named(origin)) {
        for (const ServiceRim* service : services) {
            auto grant = co_await service->judge_origin(request, target);
            if (grant) co_return std::move(*grant);
        }
    }
    co_return judge_by_machine(request, origin);
}

CorsGrant Cors::judge_by_machine(const io::HttpRequest& request, std::string_view origin) const {
    CorsGrant grant;
    if (!is_local_origin(origin) && !is_named(origin)) {
        io::HttpResponse& response = grant.answered.emplace();
        response.status = 403;
        response.headers.add("Content-Type", "text/plain");
        response.body.push_back(
            Bytes::own(fmt::format("Pages of {} may not call Freshet; name it in cors.origins of "
                                   "the configuration, or in the rules of a bucket\n",
                                   origin)));
        return grant;
    }
    grant.may_read = true;
    if (request.method != "OPTIONS") return grant;
    io::HttpResponse response;
    open(grant, std::string(origin), response);
    for (const auto& [asked, allowed] :
         {std::pair{"access-control-request-headers", "Access-Control-Allow-Headers"},
          std::pair{"access-control-request-method", "Access-Control-Allow-Methods"}}) {
        if (const auto value = request.headers.find(asked)) response.headers.add(allowed, *value);
    }
    response.headers.add("Access-Control-Max-Age", remembered_s);
    grant.answered = std::move(response);
    return grant;
}

void Cors::open(const CorsGrant& grant, const std::string& origin, io::HttpResponse& response,
                const ServiceRim* service) const {
    if (!grant.may_read) return;
    if (!grant.headers.empty()) {
        for (const auto& [name, value] : grant.headers) response.headers.set(name, value);
        return;
    }
    const bool is_open = std::ranges::find(origins_, "*") != origins_.end();
    const bool has_etags = !service || service->info().protocol == Protocol::rest_xml;
    response.headers.set("Access-Control-Allow-Origin",
                         is_open ? std::string_view("*") : std::string_view(origin));
    response.headers.set("Access-Control-Expose-Headers",
                         has_etags ? std::string(exposed) + ",ETag" : exposed);
    response.headers.add("Vary", "Origin");
}

}  // namespace freshet::aws
