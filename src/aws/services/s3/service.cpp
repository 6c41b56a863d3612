// Amazon S3: registers its operations and says what is special about its requests and answers.
#include <fmt/format.h>
#include <algorithm>

#include "aws/http/cors.h"
#include "aws/http/rim.h"
#include "aws/model/s3.h"
#include "aws/services/s3/buckets/bucket_cors.h"
#include "aws/services/s3/requests/cors_judge.h"
#include "aws/services/s3/requests/roots.h"
#include "aws/services/s3/requests/subresources.h"
#include "aws/services/s3/requests/target.h"
#include "aws/services/s3/s3.h"
#include "aws/services/s3/words.h"

namespace freshet::aws {
namespace s3_words {
namespace {

class S3Rim final : public ServiceRim {
  public:
    explicit S3Rim(objects::Objects& objects) : ServiceRim(s3::service_info()), objects_(objects) {}

    io::Task<std::optional<CorsGrant>> judge_origin(const io::HttpRequest& request,
                                                    const Target& target) const override {
        std::string bucket = bucket_of(request.headers, target);
        if (bucket.empty()) co_return std::nullopt;
        auto rules = co_await cors_rules_of(objects_, std::move(bucket));
        if (!rules) co_return std::nullopt;
        co_return judge_by_rules(*rules, request);
    }

    Claim claim(const Unnamed& request) const override {
        return request.by == Unnamed::By::path ? Claim::fallback : Claim::none;
    }
    void complete_target(const io::Headers& headers, Target& target) const override {
        put_bucket_in_path(headers, target);
    }
    std::string refine(const std::string& method, const Route& route, const io::Headers& headers,
                       const Target& target) const override {
        return refined_operation(*this, method, route, headers, target);
    }
    Fault unrouted(const std::string& method, const io::Headers& headers,
                   const Target&) const override {
        if (method == "POST" && headers.get("content-type").starts_with("multipart/form-data"))
            return unbuilt("POST Object (forms)");
        return {"MethodNotAllowed", "The specified method is not allowed against this resource.",
                405};
    }
    Fault unbuilt(std::string_view operation) const override {
        return s3_words::unbuilt(operation, info().name).error();
    }

    std::optional<Checksummed> checksummed(std::string_view operation) const override {
        // Those of CompleteMultipartUpload are the object's, not the document's.
        return operation == "CompleteMultipartUpload" ? Checksummed::object : Checksummed::body;
    }
    const char* overloaded_code() const override { return "SlowDown"; }
    Answer<void> refuse_beyond(const OperationInfo& operation, const std::string& method,
                               const Target& target, const io::Headers& headers) const override {
        return refuse_beyond_operation(operation, method, target, headers);
    }

    std::string root_of(std::string_view operation) const override {
        return s3_words::root_of(operation);
    }
    void add_headers(io::HttpResponse& response, const Caller& caller) const override {
        response.headers.add("x-amz-request-id", caller.request_id());
        response.headers.add("x-amz-id-2", caller.request_id());
        // An object may be a page of anybody: it has no part in the origin of the interface.
        response.headers.add("Content-Security-Policy", "sandbox");
        response.headers.add("X-Content-Type-Options", "nosniff");
    }
    /// A 304 has no body, so its fault's members are headers. A 416 says how long the object is.
    void add_fault_headers(const Fault& fault, io::HttpResponse& response) const override {
        for (const auto& [name, value] : fault.fields) {
            if (response.status == 304) response.headers.set(name, value);
            if (response.status == 416 && name == "ActualObjectSize")
                response.headers.set("Content-Range", "bytes */" + value);
        }
    }

  private:
    objects::Objects& objects_;
};

}  // namespace
}  // namespace s3_words

void register_s3(Router& router, io::Core& home, objects::Objects& objects) {
    using namespace s3_words;
    router.add_service(std::make_unique<S3Rim>(objects));
    for (Family* family :
         {register_buckets, register_listing, register_objects, register_deletes, register_copies,
          register_uploads, register_parts, register_tagging, register_object_attributes,
          register_access, register_bucket_cors, register_encryption, register_configuration}) {
        family(router, home, objects);
    }
}

}  // namespace freshet::aws
