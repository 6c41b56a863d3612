#include "aws/http/own_page.h"

#include <fmt/format.h>

namespace freshet::aws {

bool is_own_host(std::string_view host) {
    if (host.starts_with('[')) return true;  // an IPv6 address
    host = host.substr(0, host.rfind(':'));
    return host == "localhost" || host.ends_with(".localhost") ||
           (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool is_visit(const io::HttpRequest& request) {
    return request.method == "GET" && request.target == "/" &&
           request.headers.get("Accept").find("text/html") != std::string_view::npos &&
           !request.headers.find("Authorization") && is_own_host(request.headers.get("Host"));
}

std::optional<Foreign> refuse_foreign(const io::HttpRequest& request) {
    const std::string_view host = request.headers.get("Host");
    if (!is_own_host(host))
        return Foreign{403,
                       fmt::format("Call this API by the server's address, not as '{}'", host)};
    if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
    if (const auto origin = request.headers.find("Origin")) {
        const auto scheme = origin->find("://");
        if (scheme == std::string::npos || std::string_view(*origin).substr(scheme + 3) != host)
            return Foreign{403, fmt::format("Pages of {} may not call this API", *origin)};
    }
    const bool is_json = request.headers.get("Content-Type").starts_with("application/json");
    if (!is_json && request.headers.get("X-Freshet-Request") != "1")
        return Foreign{415,
                       "Send JSON with Content-Type: application/json, or the header "
                       "X-Freshet-Request: 1"};
    return std::nullopt;
}

}  // namespace freshet::aws
