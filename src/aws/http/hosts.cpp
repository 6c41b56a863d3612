#include "aws/http/hosts.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text/ascii.h"

namespace freshet::aws {
namespace {

bool is_address(int family, std::string_view text) {
    unsigned char bytes[sizeof(in6_addr)];
    return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

io::HttpResponse refusal(int status, std::string sentence) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain");
    response.body.push_back(Bytes::own(std::move(sentence)));
    return response;
}

}  // namespace

bool Hosts::is_own(std::string_view given) const {
    if (given.starts_with('[')) {
        const auto close = given.find(']');
        return close != std::string_view::npos && is_address(AF_INET6, given.substr(1, close - 1));
    }
    const std::string host = lower(given.substr(0, given.rfind(':')));
    // Clients that are pointed here by an address alone still call AWS by its names.
    static constexpr std::string_view tails[] = {".localhost", ".amazonaws.com",
                                                 ".amazonaws.com.cn"};
    if (host == "localhost" || is_address(AF_INET, host)) return true;
    const auto ends = [&](std::string_view tail) {
        return host.size() > tail.size() && host.ends_with(tail);
    };
    return std::ranges::any_of(tails, ends) ||
           std::ranges::any_of(names_, [&](const std::string& one) {
               return one.starts_with('.') ? ends(lower(one)) : host == lower(one);
           });
}

std::optional<io::HttpResponse> Hosts::refuse(const io::HttpRequest& request) const {
    const auto count = std::ranges::count_if(request.headers.all(), [](const auto& header) {
        return header.first.size() == 4 && lower(header.first) == "host";
    });
    if (count != 1) return refusal(400, "A request has one Host\n");
    const std::string_view host = request.headers.get("host");
    if (is_own(host)) return std::nullopt;
    return refusal(403, fmt::format("This server is not '{}'; name it in hosts of the "
                                    "configuration when it is\n",
                                    host));
}

}  // namespace freshet::aws
