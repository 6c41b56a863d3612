// The encryption of a bucket's objects where a request asks for none: SSE-S3, AES256.
#include <algorithm>

#include "aws/model/s3.h"
#include "aws/services/s3/buckets/documents.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

/// One rule, of AES256. Keys that a client brings are refused anyway: a rule that blocks them
/// changes nothing.
bool is_rule(const std::vector<ServerSideEncryptionRule>& rules) {
    return rules.size() == 1 &&
           (rules[0].apply_server_side_encryption_by_default || rules[0].blocked_encryption_types);
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<PutBucketEncryptionOp::Output>> put(Caller, PutBucketEncryptionRequest input) {
        std::vector<ServerSideEncryptionRule>& rules =
            input.server_side_encryption_configuration.rules;
        if (!is_rule(rules)) co_return malformed_xml();
        if (!rules[0].apply_server_side_encryption_by_default)
            rules[0].apply_server_side_encryption_by_default.emplace().sse_algorithm = "AES256";
        if (!rules[0].bucket_key_enabled) rules[0].bucket_key_enabled = false;
        auto kept = co_await configure<PutBucketEncryptionOp>(
            objects_, input.bucket, objects::encryption_setting,
            document_of<PutBucketEncryptionOp>(input));
        co_return kept;
    }

    io::Task<Answer<GetBucketEncryptionOutput>> get(Caller, GetBucketEncryptionRequest input) {
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const auto found = settings->find(objects::encryption_setting);
        if (found == settings->end()) {
            co_return not_configured("ServerSideEncryptionConfigurationNotFoundError",
                                     "The server side encryption configuration was not found",
                                     input.bucket);
        }
        co_return from_document<GetBucketEncryptionOp>(found->second);
    }

    io::Task<Answer<DeleteBucketEncryptionOp::Output>> remove(Caller,
                                                              DeleteBucketEncryptionRequest input) {
        return configure<DeleteBucketEncryptionOp>(objects_, std::move(input.bucket),
                                                   objects::encryption_setting, std::nullopt);
    }

  private:
    objects::Objects& objects_;
};

}  // namespace

void register_encryption(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<PutBucketEncryptionOp>(router, home, objects, handlers, &Handlers::put);
    serve<GetBucketEncryptionOp>(router, home, objects, handlers, &Handlers::get);
    serve<DeleteBucketEncryptionOp>(router, home, objects, handlers, &Handlers::remove);
}

}  // namespace freshet::aws::s3_words
