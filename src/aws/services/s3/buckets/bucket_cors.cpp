// The rules by which pages of other sites may use a bucket (requests/cors_judge.h judges by them).
#include <algorithm>

#include "aws/model/s3.h"
#include "aws/services/s3/buckets/bucket_cors.h"
#include "aws/services/s3/buckets/documents.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr std::size_t rules_max = 100;  ///< S3
constexpr std::string_view methods[] = {"GET", "PUT", "HEAD", "POST", "DELETE"};

std::unexpected<Fault> refuse_rule(std::string message) {
    return refuse("InvalidRequest", std::move(message), 400);
}

Answer<void> check_rule(const CORSRule& rule) {
    const auto wildcards = [](const std::string& text) { return std::ranges::count(text, '*'); };
    if (rule.allowed_methods.empty() || rule.allowed_origins.empty()) return malformed_xml();
    for (const std::string& method : rule.allowed_methods) {
        if (std::ranges::find(methods, method) == std::end(methods)) {
            return refuse_rule(
                "Found unsupported HTTP method in CORS config. Unsupported method is " + method);
        }
    }
    for (const std::string& origin : rule.allowed_origins) {
        if (wildcards(origin) > 1)
            return refuse_rule("AllowedOrigin \"" + origin +
                               "\" can not have more than one wildcard.");
    }
    for (const std::string& header : rule.allowed_headers.value_or(std::vector<std::string>())) {
        if (wildcards(header) > 1)
            return refuse_rule("AllowedHeader \"" + header +
                               "\" can not have more than one wildcard.");
    }
    for (const std::string& header : rule.expose_headers.value_or(std::vector<std::string>())) {
        if (wildcards(header) > 0)
            return refuse_rule(
                "ExposeHeader \"" + header +
                "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
    }
    return {};
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<PutBucketCorsOp::Output>> put(Caller, PutBucketCorsRequest input) {
        const auto& rules = input.cors_configuration.cors_rules;
        if (rules.empty() || rules.size() > rules_max) co_return malformed_xml();
        for (const CORSRule& rule : rules) {
            if (auto good = check_rule(rule); !good) co_return pass(good);
        }
        auto kept = co_await configure<PutBucketCorsOp>(objects_, input.bucket, cors_setting,
                                                        document_of<PutBucketCorsOp>(input));
        co_return kept;
    }

    io::Task<Answer<GetBucketCorsOutput>> get(Caller, GetBucketCorsRequest input) {
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const auto found = settings->find(cors_setting);
        if (found == settings->end())
            co_return not_configured("NoSuchCORSConfiguration",
                                     "The CORS configuration does not exist", input.bucket);
        co_return from_document<GetBucketCorsOp>(found->second);
    }

    io::Task<Answer<DeleteBucketCorsOp::Output>> remove(Caller, DeleteBucketCorsRequest input) {
        return configure<DeleteBucketCorsOp>(objects_, std::move(input.bucket), cors_setting,
                                             std::nullopt);
    }

  private:
    objects::Objects& objects_;
};

}  // namespace

io::Task<std::optional<CorsRules>> cors_rules_of(objects::Objects& objects, std::string bucket) {
    auto settings = co_await objects.settings(std::move(bucket));
    const auto found = settings ? settings->find(cors_setting) : objects::Settings::iterator();
    if (!settings || found == settings->end()) co_return std::nullopt;
    auto kept = from_document<GetBucketCorsOp>(found->second);
    if (!kept || !kept->cors_rules) co_return std::nullopt;
    CorsRules rules;
    for (CORSRule& rule : *kept->cors_rules) {
        rules.push_back({std::move(rule.allowed_origins), std::move(rule.allowed_methods),
                         rule.allowed_headers.value_or(std::vector<std::string>()),
                         rule.expose_headers.value_or(std::vector<std::string>()),
                         rule.max_age_seconds});
    }
    co_return rules;
}

void register_bucket_cors(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<PutBucketCorsOp>(router, home, objects, handlers, &Handlers::put);
    serve<GetBucketCorsOp>(router, home, objects, handlers, &Handlers::get);
    serve<DeleteBucketCorsOp>(router, home, objects, handlers, &Handlers::remove);
}

}  // namespace freshet::aws::s3_words
