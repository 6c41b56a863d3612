#include "aws/services/s3/requests/cors_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "aws/protocol/xml.h"

namespace freshet::aws::s3_words {
namespace {

io::HttpResponse refusal(const char* code, std::string message, int status,
                         const std::string& method) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/xml");
    response.body.push_back(Bytes::own(
        encode_xml_fault(Fault{code, std::move(message), status, {{"Method", method}}}, "")));
    return response;
}

/// What a rule of a bucket grants.
Pairs headers_of(const CorsRule& rule, std::string_view origin) {
    Pairs headers;
    const bool is_open = std::ranges::find(rule.origins, "*") != rule.origins.end();
    headers.emplace_back("Access-Control-Allow-Origin", is_open ? std::string_view("*") : origin);
    headers.emplace_back("Access-Control-Allow-Methods",
                         fmt::format("{}", fmt::join(rule.methods, ", ")));
    if (!rule.exposed.empty())
        headers.emplace_back("Access-Control-Expose-Headers",
                             fmt::format("{}", fmt::join(rule.exposed, ", ")));
    if (rule.max_age_s)
        headers.emplace_back("Access-Control-Max-Age", fmt::format("{}", *rule.max_age_s));
    if (!is_open) headers.emplace_back("Access-Control-Allow-Credentials", "true");
    headers.emplace_back("Vary",
                         "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
    return headers;
}

}  // namespace

CorsGrant judge_by_rules(const CorsRules& rules, const io::HttpRequest& request) {
    const std::string_view origin = request.headers.get("origin");
    const bool is_preflight = request.method == "OPTIONS";
    const std::string method(is_preflight ? request.headers.get("access-control-request-method")
                                          : std::string_view(request.method));
    const std::string_view headers =
        is_preflight ? request.headers.get("access-control-request-headers") : std::string_view();
    CorsGrant grant;
    if (is_preflight && method.empty()) {
        grant.answered =
            refusal("BadRequest", "Invalid Access-Control-Request-Method: null", 400, method);
        return grant;
    }
    if (const CorsRule* rule = allowing(rules, origin, method, headers)) {
        grant.may_read = true;
        grant.headers = headers_of(*rule, origin);
        if (!is_preflight) return grant;
        grant.answered.emplace();
        for (const auto& [name, value] : grant.headers) grant.answered->headers.set(name, value);
        if (!headers.empty()) grant.answered->headers.set("Access-Control-Allow-Headers", headers);
        return grant;
    }
    // What a page may not read it may still ask for; but it may change nothing.
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    if (is_preflight || (!is_read && !is_local_origin(origin))) {
        grant.answered = refusal("AccessForbidden",
                                 "CORSResponse: This CORS request is not allowed. This is usually "
                                 "because the evalution of Origin, request method / "
                                 "Access-Control-Request-Method or Access-Control-Request-Headers "
                                 "are not whitelisted by the resource's CORS spec.",
                                 403, method);
    }
    return grant;
}

}  // namespace freshet::aws::s3_words
