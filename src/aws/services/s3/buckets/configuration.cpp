// What no bucket of Freshet has: reads say so as S3 does of a new bucket, and deletes find nothing
// to delete.
#include "aws/model/s3.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

struct Absence {
    const char* code;
    const char* message;
    int status = 404;
};

constexpr Absence no_policy{"NoSuchBucketPolicy", "The bucket policy does not exist"};
constexpr Absence no_lifecycle{"NoSuchLifecycleConfiguration",
                               "The lifecycle configuration does not exist"};
constexpr Absence no_website{"NoSuchWebsiteConfiguration",
                             "The specified bucket does not have a website configuration"};
constexpr Absence no_replication{"ReplicationConfigurationNotFoundError",
                                 "The replication configuration was not found"};
constexpr Absence no_lock{"ObjectLockConfigurationNotFoundError",
                          "Object Lock configuration does not exist for this bucket"};
constexpr Absence no_lock_of_object{"InvalidRequest", "Bucket is missing Object Lock Configuration",
                                    400};
constexpr Absence no_configuration{"NoSuchConfiguration",
                                   "The specified configuration does not exist."};

/// A bucket that is there answers with what a new one has.
class Nothing {
  public:
    explicit Nothing(objects::Objects& objects) : objects_(objects) {}

    template <class Op>
    io::Task<Answer<typename Op::Output>> tell(Caller, typename Op::Input input) {
        auto found = co_await objects_.find_bucket(input.bucket);
        if (!found) co_return refuse(found.error(), input.bucket);
        if constexpr (requires { input.continuation_token; }) {  // the first page is the last
            if (input.continuation_token) co_return refuse_continuation(input.continuation_token);
        }
        typename Op::Output out{};
        if constexpr (requires { out.is_truncated; }) out.is_truncated = false;
        if constexpr (requires { out.payer; }) out.payer = "BucketOwner";
        co_return out;
    }

  private:
    objects::Objects& objects_;
};

/// And here with an error.
class Absent {
  public:
    Absent(objects::Objects& objects, Absence absence) : objects_(objects), absence_(absence) {}

    template <class Op>
    io::Task<Answer<typename Op::Output>> tell(Caller, typename Op::Input input) {
        auto found = co_await objects_.find_bucket(input.bucket);
        if (!found) co_return refuse(found.error(), input.bucket);
        co_return std::unexpected(Fault{
            absence_.code, absence_.message, absence_.status, {{"BucketName", input.bucket}}});
    }

  private:
    objects::Objects& objects_;
    Absence absence_;
};

struct Registration {
    Router& router;
    io::Core& home;
    objects::Objects& objects;

    template <class Op>
    void nothing() {
        serve<Op>(router, home, objects, std::make_shared<Nothing>(objects), &Nothing::tell<Op>);
    }
    template <class Op>
    void absent(const Absence& absence) {
        serve<Op>(router, home, objects, std::make_shared<Absent>(objects, absence),
                  &Absent::tell<Op>);
    }
};

}  // namespace

void register_configuration(Router& router, io::Core& home, objects::Objects& objects) {
    Registration all{router, home, objects};
    all.nothing<GetBucketVersioningOp>();
    all.nothing<GetBucketLoggingOp>();
    all.nothing<GetBucketNotificationConfigurationOp>();
    all.nothing<GetBucketRequestPaymentOp>();
    all.nothing<GetBucketAccelerateConfigurationOp>();
    all.nothing<ListBucketMetricsConfigurationsOp>();
    all.nothing<ListBucketAnalyticsConfigurationsOp>();
    all.nothing<ListBucketInventoryConfigurationsOp>();
    all.nothing<ListBucketIntelligentTieringConfigurationsOp>();
    all.nothing<DeleteBucketPolicyOp>();
    all.nothing<DeleteBucketLifecycleOp>();
    all.nothing<DeleteBucketWebsiteOp>();
    all.nothing<DeleteBucketReplicationOp>();
    all.absent<GetBucketPolicyOp>(no_policy);
    all.absent<GetBucketPolicyStatusOp>(no_policy);
    all.absent<GetBucketLifecycleConfigurationOp>(no_lifecycle);
    all.absent<GetBucketWebsiteOp>(no_website);
    all.absent<GetBucketReplicationOp>(no_replication);
    all.absent<GetObjectLockConfigurationOp>(no_lock);
    all.absent<GetObjectRetentionOp>(no_lock_of_object);
    all.absent<GetObjectLegalHoldOp>(no_lock_of_object);
    all.absent<GetBucketMetricsConfigurationOp>(no_configuration);
    all.absent<GetBucketAnalyticsConfigurationOp>(no_configuration);
    all.absent<GetBucketInventoryConfigurationOp>(no_configuration);
    all.absent<GetBucketIntelligentTieringConfigurationOp>(no_configuration);
}

}  // namespace freshet::aws::s3_words
