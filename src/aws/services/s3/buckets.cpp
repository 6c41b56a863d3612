// Buckets and listings.
#include <fmt/format.h>

#include "aws/services/s3/words.h"
#include "base/digest.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr int keys_default = 1000;

Owner owner_of(const std::string& account) {
    Owner owner;
    owner.id = account;
    return owner;
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<CreateBucketOutput>> create(Caller caller, CreateBucketRequest input) {
        if (auto good = check_bucket_name(input.bucket); !good) co_return std::unexpected(std::move(good.error()));
        std::string region = caller.region();
        if (input.create_bucket_configuration && input.create_bucket_configuration->location_constraint) region = *input.create_bucket_configuration->location_constraint;
        auto made = co_await objects_.create_bucket(caller.account(), region, input.bucket);
        const bool again = !made && made.error().is(objects::Errc::bucket_exists) && region == "us-east-1";  // AWS's old region forgives
        if (!made && !again) co_return refuse(made.error(), input.bucket);
        CreateBucketOutput out;
        out.location = "/" + input.bucket;
        co_return out;
    }

    io::Task<Answer<ListBucketsOutput>> list_buckets(Caller caller, ListBucketsRequest input) {
        auto buckets = co_await objects_.list_buckets(caller.account());
        if (!buckets) co_return refuse(buckets.error(), "");
        ListBucketsOutput out;
        out.owner = owner_of(caller.account());
        out.buckets.emplace();
        for (const objects::Bucket& bucket : *buckets) {
            if (input.prefix && !bucket.name.starts_with(*input.prefix)) continue;
            Bucket& made = out.buckets->emplace_back();
            made.name = bucket.name;
            made.creation_date = bucket.created;
        }
        co_return out;
    }

    io::Task<Answer<HeadBucketOutput>> head(Caller, HeadBucketRequest input) {
        auto bucket = co_await objects_.find_bucket(input.bucket);
        if (!bucket) co_return refuse(bucket.error(), input.bucket);
        HeadBucketOutput out;
        out.bucket_region = bucket->region;
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

    io::Task<Answer<ListObjectsV2Output>> list_v2(Caller caller, ListObjectsV2Request input) {
        objects::ListRequest request{input.prefix.value_or(""), input.delimiter.value_or(""), input.start_after.value_or(""), count_of(input.max_keys)};
        if (input.continuation_token && !base64_decode(*input.continuation_token, request.start_after)) {
            co_return refuse("InvalidArgument", "The continuation token provided is incorrect", 400);
        }
        auto page = co_await objects_.list(input.bucket, request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListObjectsV2Output out;
        fill_page(out, *page, input, request);
        out.key_count = static_cast<std::int32_t>(page->objects.size() + page->common_prefixes.size());
        out.start_after = input.start_after ? std::optional(url_encoded(*input.start_after, input.encoding_type)) : std::nullopt;
        out.continuation_token = input.continuation_token;
        if (page->truncated) out.next_continuation_token = base64_encode(page->last);
        if (input.fetch_owner.value_or(false)) {
            for (Object& object : *out.contents) object.owner = owner_of(caller.account());
        }
        co_return out;
    }

    io::Task<Answer<ListObjectsOutput>> list_v1(Caller caller, ListObjectsRequest input) {
        objects::ListRequest request{input.prefix.value_or(""), input.delimiter.value_or(""), input.marker.value_or(""), count_of(input.max_keys)};
        auto page = co_await objects_.list(input.bucket, request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListObjectsOutput out;
        fill_page(out, *page, input, request);
        out.marker = url_encoded(request.start_after, input.encoding_type);
        if (page->truncated && !request.delimiter.empty()) out.next_marker = url_encoded(page->last, input.encoding_type);
        for (Object& object : *out.contents) object.owner = owner_of(caller.account());
        co_return out;
    }

  private:
    static std::size_t count_of(const std::optional<std::int32_t>& keys) {
        return static_cast<std::size_t>(std::clamp(keys.value_or(keys_default), 0, keys_default));
    }

    template <class Output, class Input>
    static void fill_page(Output& out, const objects::ListPage& page, const Input& input, const objects::ListRequest& request) {
        out.name = input.bucket;
        out.prefix = url_encoded(request.prefix, input.encoding_type);
        if (input.delimiter) out.delimiter = url_encoded(*input.delimiter, input.encoding_type);
        out.max_keys = static_cast<std::int32_t>(request.count_max);
        out.encoding_type = input.encoding_type;
        out.is_truncated = page.truncated;
        out.contents.emplace();
        for (const objects::ObjectInfo& object : page.objects) {
            Object& made = out.contents->emplace_back();
            made.key = url_encoded(object.key, input.encoding_type);
            made.last_modified = object.modified;
            made.e_tag = quoted_tag(object.etag);
            made.size = static_cast<std::int64_t>(object.size);
            made.storage_class = "STANDARD";
        }
        if (page.common_prefixes.empty()) return;
        out.common_prefixes.emplace();
        for (const std::string& prefix : page.common_prefixes) out.common_prefixes->emplace_back().prefix = url_encoded(prefix, input.encoding_type);
    }

    objects::Objects& objects_;
};

}  // namespace

void register_buckets(Router& router, io::Core& home, objects::Objects& objects) {
    auto h = std::make_shared<Handlers>(objects);
    router.handle<CreateBucketOp>(home, [h](Caller c, CreateBucketRequest i) { return h->create(std::move(c), std::move(i)); });
    router.handle<ListBucketsOp>(home, [h](Caller c, ListBucketsRequest i) { return h->list_buckets(std::move(c), std::move(i)); });
    router.handle<HeadBucketOp>(home, [h](Caller c, HeadBucketRequest i) { return h->head(std::move(c), std::move(i)); });
    router.handle<DeleteBucketOp>(home, [h](Caller c, DeleteBucketRequest i) { return h->remove(std::move(c), std::move(i)); });
    router.handle<GetBucketLocationOp>(home, [h](Caller c, GetBucketLocationRequest i) { return h->location(std::move(c), std::move(i)); });
    router.handle<ListObjectsV2Op>(home, [h](Caller c, ListObjectsV2Request i) { return h->list_v2(std::move(c), std::move(i)); });
    router.handle<ListObjectsOp>(home, [h](Caller c, ListObjectsRequest i) { return h->list_v1(std::move(c), std::move(i)); });
}

}  // namespace freshet::aws::s3_words
