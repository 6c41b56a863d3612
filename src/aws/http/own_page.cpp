#include "aws/http/own_page.h"

#include <fmt/format.h>

namespace freshet::aws {
namespace {

bool is_read(const io::HttpRequest& request) {
    return request.method == "GET" || request.method == "HEAD";
}

/// Nothing when the request has no Origin, or the server's own.
std::optional<Foreign> foreign_origin(const io::HttpRequest& request) {
    const auto origin = request.headers.find("Origin");
    if (!origin) return std::nullopt;
    const auto scheme = origin->find("://");
    if (scheme != std::string_view::npos &&
        origin->substr(scheme + 3) == request.headers.get("Host"))
        return std::nullopt;
    return Foreign{403, fmt::format("Pages of {} may not call this API", *origin)};
}

}  // namespace

std::optional<Foreign> refuse_foreign(const io::HttpRequest& request) {
    if (is_read(request)) return std::nullopt;
    if (auto foreign = foreign_origin(request)) return foreign;
    const bool is_json = request.headers.get("Content-Type").starts_with("application/json");
    if (!is_json && request.headers.get("X-Freshet-Request") != "1")
        return Foreign{415,
                       "Send JSON with Content-Type: application/json, or the header "
                       "X-Freshet-Request: 1"};
    return std::nullopt;
}

bool is_visit(const io::HttpRequest& request) {
    return request.method == "GET" && request.target == "/" &&
           request.headers.get("Accept").find("text/html") != std::string_view::npos &&
           !request.headers.find("Authorization");
}

std::optional<io::HttpResponse> refuse_foreign_origin(const io::HttpRequest& request) {
    const auto foreign = is_read(request) ? std::nullopt : foreign_origin(request);
    if (!foreign) return std::nullopt;
    io::HttpResponse response;
    response.status = foreign->status;
    response.headers.add("Content-Type", "text/plain");
    response.body.push_back(Bytes::own(foreign->message + "\n"));
    return response;
}

}  // namespace freshet::aws
