// Who may use a bucket. All belongs to its owner and nothing is public: ACLs say that and take only
// what changes nothing; ownership controls and the block of public access are kept and given back,
// as S3 gives them to a new bucket.
#include <algorithm>

#include "aws/model/s3.h"
#include "aws/services/s3/buckets/documents.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/listing.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

/// Of a configuration that was deleted: a new bucket has the default instead.
constexpr const char* deleted = "";

std::vector<Grant> grants_of(const std::string& account) {
    std::vector<Grant> grants(1);
    Grantee& grantee = grants[0].grantee.emplace();
    grantee.id = account;
    grantee.type = "CanonicalUser";
    grants[0].permission = "FULL_CONTROL";
    return grants;
}

/// Whether the document gives its owner all, and nobody else anything.
bool changes_nothing(const AccessControlPolicy& policy, const std::string& account) {
    if (policy.owner && policy.owner->id && *policy.owner->id != account) return false;
    return policy.grants && policy.grants->size() == 1 &&
           policy.grants->front().permission == "FULL_CONTROL" && policy.grants->front().grantee &&
           policy.grants->front().grantee->id == account;
}

template <class Input>
Answer<void> check_policy(const Input& input, const std::string& account,
                          std::string_view operation) {
    if (input.access_control_policy && !changes_nothing(*input.access_control_policy, account))
        return unbuilt("this AccessControlPolicy", operation);
    if (!input.acl && !input.access_control_policy) {
        return refuse("MissingSecurityHeader", "Your request was missing a required header", 400);
    }
    return {};
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<GetBucketAclOutput>> acl_of_bucket(Caller, GetBucketAclRequest input) {
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        GetBucketAclOutput out;
        out.owner = owner_of(bucket->account);
        out.grants = grants_of(bucket->account);
        co_return out;
    }

    io::Task<Answer<GetObjectAclOutput>> acl_of_object(Caller, GetObjectAclRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        GetObjectAclOutput out;
        out.owner = owner_of(bucket->account);
        out.grants = grants_of(bucket->account);
        co_return out;
    }

    io::Task<Answer<PutBucketAclOp::Output>> put_acl_of_bucket(Caller, PutBucketAclRequest input) {
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        if (auto good = check_policy(input, bucket->account, "PutBucketAcl"); !good)
            co_return pass(good);
        co_return PutBucketAclOp::Output{};
    }

    io::Task<Answer<PutObjectAclOutput>> put_acl_of_object(Caller, PutObjectAclRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        if (auto good = check_policy(input, bucket->account, "PutObjectAcl"); !good)
            co_return pass(good);
        co_return PutObjectAclOutput{};
    }

    io::Task<Answer<PutBucketOwnershipControlsOp::Output>> put_ownership(
        Caller, PutBucketOwnershipControlsRequest input) {
        if (input.ownership_controls.rules.size() != 1) co_return malformed_xml();
        auto kept = co_await configure<PutBucketOwnershipControlsOp>(
            objects_, input.bucket, ownership_setting,
            input.ownership_controls.rules[0].object_ownership);
        co_return kept;
    }

    io::Task<Answer<GetBucketOwnershipControlsOutput>> ownership(
        Caller, GetBucketOwnershipControlsRequest input) {
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const auto found = settings->find(ownership_setting);
        if (found != settings->end() && found->second == deleted) {
            co_return not_configured("OwnershipControlsNotFoundError",
                                     "The bucket ownership controls were not found", input.bucket);
        }
        GetBucketOwnershipControlsOutput out;
        out.ownership_controls.emplace().rules.emplace_back().object_ownership =
            found == settings->end() ? "BucketOwnerEnforced" : found->second;
        co_return out;
    }

    io::Task<Answer<DeleteBucketOwnershipControlsOp::Output>> remove_ownership(
        Caller, DeleteBucketOwnershipControlsRequest input) {
        return configure<DeleteBucketOwnershipControlsOp>(objects_, std::move(input.bucket),
                                                          ownership_setting, deleted);
    }

    io::Task<Answer<PutPublicAccessBlockOp::Output>> put_block(Caller,
                                                               PutPublicAccessBlockRequest input) {
        PublicAccessBlockConfiguration& block = input.public_access_block_configuration;
        for (std::optional<bool>* one :
             {&block.block_public_acls, &block.ignore_public_acls, &block.block_public_policy,
              &block.restrict_public_buckets}) {
            *one = one->value_or(false);
        }
        auto kept = co_await configure<PutPublicAccessBlockOp>(
            objects_, input.bucket, public_access_setting,
            document_of<PutPublicAccessBlockOp>(input));
        co_return kept;
    }

    io::Task<Answer<GetPublicAccessBlockOutput>> block(Caller, GetPublicAccessBlockRequest input) {
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const auto found = settings->find(public_access_setting);
        if (found == settings->end()) {
            GetPublicAccessBlockOutput out;
            PublicAccessBlockConfiguration& all = out.public_access_block_configuration.emplace();
            all.block_public_acls = all.ignore_public_acls = all.block_public_policy =
                all.restrict_public_buckets = true;
            co_return out;
        }
        if (found->second == deleted) {
            co_return not_configured("NoSuchPublicAccessBlockConfiguration",
                                     "The public access block configuration was not found",
                                     input.bucket);
        }
        co_return from_document<GetPublicAccessBlockOp>(found->second);
    }

    io::Task<Answer<DeletePublicAccessBlockOp::Output>> remove_block(
        Caller, DeletePublicAccessBlockRequest input) {
        return configure<DeletePublicAccessBlockOp>(objects_, std::move(input.bucket),
                                                    public_access_setting, deleted);
    }

  private:
    objects::Objects& objects_;
};

}  // namespace

void register_access(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<GetBucketAclOp>(router, home, objects, handlers, &Handlers::acl_of_bucket);
    serve<GetObjectAclOp>(router, home, objects, handlers, &Handlers::acl_of_object);
    serve<PutBucketAclOp>(router, home, objects, handlers, &Handlers::put_acl_of_bucket);
    serve<PutObjectAclOp>(router, home, objects, handlers, &Handlers::put_acl_of_object);
    serve<PutBucketOwnershipControlsOp>(router, home, objects, handlers, &Handlers::put_ownership);
    serve<GetBucketOwnershipControlsOp>(router, home, objects, handlers, &Handlers::ownership);
    serve<DeleteBucketOwnershipControlsOp>(router, home, objects, handlers,
                                           &Handlers::remove_ownership);
    serve<PutPublicAccessBlockOp>(router, home, objects, handlers, &Handlers::put_block);
    serve<GetPublicAccessBlockOp>(router, home, objects, handlers, &Handlers::block);
    serve<DeletePublicAccessBlockOp>(router, home, objects, handlers, &Handlers::remove_block);
}

}  // namespace freshet::aws::s3_words
