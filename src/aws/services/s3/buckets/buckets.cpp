// Buckets: create, list, head, locate, delete.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/s3.h"
#include "aws/protocol/page_token.h"
#include "aws/protocol/rest.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/listing.h"
#include "aws/services/s3/tags.h"
#include "base/text/arn.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr std::int32_t buckets_max = 10'000;  ///< S3: of one page

/// As the model has them.
const auto& location_constraints() {
    const auto& members = payload_of(*CreateBucketOp::info().input)->shape->members;
    return std::ranges::find(members, std::string_view("LocationConstraint"), &Member::name)
        ->shape->choices;
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<CreateBucketOutput>> create(Caller caller, CreateBucketRequest input) {
        if (auto good = check_bucket_name(input.bucket); !good) co_return pass(good);
        auto settings = settings_of(input);
        if (!settings) co_return pass(settings);
        auto region = region_of(input, caller.region());
        if (!region) co_return pass(region);
        auto made = co_await objects_.create_bucket(caller.account(), *region, input.bucket,
                                                    std::move(*settings));
        // AWS's old region forgives
        const bool is_own_again =
            !made && made.error().is(objects::Errc::bucket_exists) && *region == "us-east-1";
        if (!made && !is_own_again) co_return refuse(made.error(), input.bucket);
        CreateBucketOutput out;
        out.location = "/" + input.bucket;
        co_return out;
    }

    io::Task<Answer<ListBucketsOutput>> list(Caller caller, ListBucketsRequest input) {
        const std::int32_t count = input.max_buckets.value_or(buckets_max);
        if (count < 1 || count > buckets_max) {
            co_return refuse_argument(
                fmt::format("Argument max-buckets must be an integer between 1 and {}",
                            buckets_max),
                "max-buckets", fmt::format("{}", count));
        }
        const auto after = page_start(input.continuation_token);
        if (!after) co_return refuse_continuation(input.continuation_token);
        auto buckets = co_await objects_.list_buckets(caller.account());
        if (!buckets) co_return refuse(buckets.error(), "");
        const bool names_regions =
            input.max_buckets || input.continuation_token || input.prefix || input.bucket_region;
        ListBucketsOutput out;
        out.owner = owner_of(caller.account());
        out.prefix = input.prefix;
        out.buckets.emplace();
        for (const objects::Bucket& bucket : *buckets) {
            if (bucket.name <= *after || !bucket.name.starts_with(input.prefix.value_or("")))
                continue;
            if (input.bucket_region && bucket.region != *input.bucket_region) continue;
            if (out.buckets->size() == static_cast<std::size_t>(count)) {
                out.continuation_token = page_token(*out.buckets->back().name);
                break;
            }
            Bucket& made = out.buckets->emplace_back();
            made.name = bucket.name;
            made.creation_date = bucket.created;
            if (names_regions) made.bucket_region = bucket.region;
        }
        co_return out;
    }

    io::Task<Answer<HeadBucketOutput>> head(Caller, HeadBucketRequest input) {
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        HeadBucketOutput out;
        out.bucket_arn = arn_text("s3", {}, input.bucket);
        out.bucket_region = bucket->region;
        out.access_point_alias = false;
        co_return out;
    }

    io::Task<Answer<DeleteBucketOp::Output>> remove(Caller, DeleteBucketRequest input) {
        auto removed = co_await objects_.remove_bucket(input.bucket);
        if (!removed) co_return refuse(removed.error(), input.bucket);
        co_return DeleteBucketOp::Output{};
    }

    io::Task<Answer<GetBucketLocationOutput>> location(Caller, GetBucketLocationRequest input) {
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        GetBucketLocationOutput out;
        if (bucket->region != "us-east-1") out.location_constraint = bucket->region;
        co_return out;
    }

  private:
    /// The region that the request names: one that AWS has buckets in, or the caller's own.
    /// No name means us-east-1.
    static Answer<std::string> region_of(const CreateBucketRequest& input,
                                         const std::string& of_caller) {
        const auto& configuration = input.create_bucket_configuration;
        if (!configuration || !configuration->location_constraint) return of_caller;
        const std::string& named = *configuration->location_constraint;
        if (named == "EU") return "eu-west-1";
        const auto& known = location_constraints();
        if (std::ranges::find(known, named) != known.end() ||
            (named == of_caller && named != "us-east-1"))
            return named;
        return std::unexpected(Fault{"InvalidLocationConstraint",
                                     "The specified location-constraint is not valid",
                                     400,
                                     {{"LocationConstraint", named}}});
    }

    /// What a bucket is configured with from its first moment.
    static Answer<objects::Settings> settings_of(const CreateBucketRequest& input) {
        objects::Settings settings;
        if (input.object_ownership) settings[ownership_setting] = *input.object_ownership;
        const auto& configuration = input.create_bucket_configuration;
        if (!configuration) return settings;
        if (!configuration->tags || configuration->tags->empty()) return settings;
        Tags tags;
        for (const Tag& tag : *configuration->tags) tags.emplace_back(tag.key, tag.value);
        if (auto good = check_tags(tags, bucket_tags_max); !good) return pass(good);
        settings[tagging_setting] = pack_tags(tags);
        return settings;
    }

    objects::Objects& objects_;
};

}  // namespace

void register_buckets(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<CreateBucketOp>(router, home, objects, handlers, &Handlers::create);
    serve<ListBucketsOp>(router, home, objects, handlers, &Handlers::list);
    serve<HeadBucketOp>(router, home, objects, handlers, &Handlers::head);
    serve<DeleteBucketOp>(router, home, objects, handlers, &Handlers::remove);
    serve<GetBucketLocationOp>(router, home, objects, handlers, &Handlers::location);
}

}  // namespace freshet::aws::s3_words
