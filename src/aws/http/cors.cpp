#include "aws/http/cors.h"

#include <fmt/format.h>

#include <algorithm>

namespace freshet::aws {
namespace {

constexpr const char* exposed =
    "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
constexpr const char* remembered_s = "172800";

/// "http://localhost:3000" and the like: a page that comes from this machine.
bool is_local(std::string_view origin) {
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos) return false;
    std::string_view host = origin.substr(scheme + 3);
    if (host.starts_with("[::1]")) return true;
    host = host.substr(0, host.find(':'));
    const bool is_address = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host.ends_with(".localhost") ||
           (is_address && host.starts_with("127."));
}

}  // namespace

bool Cors::allows(std::string_view origin) const {
    return is_local(origin) || std::ranges::any_of(origins_, [&](const std::string& one) {
               return one == "*" || one == origin;
           });
}

std::optional<io::HttpResponse> Cors::answer(const io::HttpRequest& request) const {
    const auto origin = request.headers.find("origin");
    if (!origin) return std::nullopt;
    io::HttpResponse response;
    if (!allows(*origin)) {
        response.status = 403;
        response.headers.add("Content-Type", "text/plain");
        response.body.push_back(Bytes::own(fmt::format(
            "Pages of {} may not call Freshet; name it in cors.origins of the configuration\n",
            *origin)));
        return response;
    }
    if (request.method != "OPTIONS") return std::nullopt;
    open(*origin, response);
    for (const auto& [asked, allowed] :
         {std::pair{"access-control-request-headers", "Access-Control-Allow-Headers"},
          std::pair{"access-control-request-method", "Access-Control-Allow-Methods"}}) {
        if (const auto value = request.headers.find(asked)) response.headers.add(allowed, *value);
    }
    response.headers.add("Access-Control-Max-Age", remembered_s);
    return response;
}

void Cors::open(std::string_view origin, io::HttpResponse& response,
                const ServiceInfo* service) const {
    const bool is_open = std::ranges::find(origins_, "*") != origins_.end();
    const bool has_etags = !service || service->protocol == Protocol::rest_xml;
    response.headers.set("Access-Control-Allow-Origin", is_open ? std::string_view("*") : origin);
    response.headers.set("Access-Control-Expose-Headers",
                         has_etags ? std::string(exposed) + ",ETag" : exposed);
    response.headers.add("Vary", "Origin");
}

}  // namespace freshet::aws
