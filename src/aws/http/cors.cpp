#include "aws/http/cors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "aws/protocol/xml.h"

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

io::HttpResponse refusal(const char* code, std::string message, int status,
                         const std::string& method) {
    io::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/xml");
    response.body.push_back(Bytes::own(
        encode_xml_fault(Fault{code, std::move(message), status, {{"Method", method}}}, "")));
    return response;
}

/// What a rule of a bucket grants, in headers.
void add_rule(const CorsRule& rule, std::string_view origin, io::HttpResponse& response) {
    const bool is_open = std::ranges::find(rule.origins, "*") != rule.origins.end();
    response.headers.set("Access-Control-Allow-Origin", is_open ? std::string_view("*") : origin);
    response.headers.set("Access-Control-Allow-Methods",
                         fmt::format("{}", fmt::join(rule.methods, ", ")));
    if (!rule.exposed.empty())
        response.headers.set("Access-Control-Expose-Headers",
                             fmt::format("{}", fmt::join(rule.exposed, ", ")));
    if (rule.max_age_s)
        response.headers.set("Access-Control-Max-Age", fmt::format("{}", *rule.max_age_s));
    if (!is_open) response.headers.set("Access-Control-Allow-Credentials", "true");
    response.headers.set("Vary",
                         "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

/// S3's judgement of a request to a bucket that has rules.
CorsGrant judge_by_rules(const CorsRules& rules, const io::HttpRequest& request,
                         std::string_view origin) {
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
        grant.rule = *rule;
        if (!is_preflight) return grant;
        grant.answered.emplace();
        add_rule(*rule, origin, *grant.answered);
        if (!headers.empty()) grant.answered->headers.set("Access-Control-Allow-Headers", headers);
        return grant;
    }
    // What a page may not read it may still ask for; but it may change nothing.
    const bool only_reads = request.method == "GET" || request.method == "HEAD";
    if (is_preflight || (!only_reads && !is_local(origin))) {
        grant.answered = refusal("AccessForbidden",
                                 "CORSResponse: This CORS request is not allowed. This is usually "
                                 "because the evalution of Origin, request method / "
                                 "Access-Control-Request-Method or Access-Control-Request-Headers "
                                 "are not whitelisted by the resource's CORS spec.",
                                 403, method);
    }
    return grant;
}

}  // namespace

bool Cors::is_named(std::string_view origin) const {
    return std::ranges::any_of(origins_,
                               [&](const std::string& one) { return one == "*" || one == origin; });
}

io::Task<CorsGrant> Cors::judge(const io::HttpRequest& request, std::string bucket) const {
    const std::string origin(request.headers.get("origin"));
    if (buckets_ && !bucket.empty() && !is_named(origin)) {
        auto rules = co_await buckets_->of(std::move(bucket));
        if (rules) co_return judge_by_rules(*rules, request, origin);
    }
    co_return judge_by_machine(request, origin);
}

CorsGrant Cors::judge_by_machine(const io::HttpRequest& request, std::string_view origin) const {
    CorsGrant grant;
    if (!is_local(origin) && !is_named(origin)) {
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
                const ServiceInfo* service) const {
    if (!grant.may_read) return;
    if (grant.rule) return add_rule(*grant.rule, origin, response);
    const bool is_open = std::ranges::find(origins_, "*") != origins_.end();
    const bool has_etags = !service || service->protocol == Protocol::rest_xml;
    response.headers.set("Access-Control-Allow-Origin",
                         is_open ? std::string_view("*") : std::string_view(origin));
    response.headers.set("Access-Control-Expose-Headers",
                         has_etags ? std::string(exposed) + ",ETag" : exposed);
    response.headers.add("Vary", "Origin");
}

}  // namespace freshet::aws
