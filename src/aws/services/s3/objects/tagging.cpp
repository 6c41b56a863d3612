// The tags of objects and of buckets.
#include "aws/model/s3.h"
#include "aws/services/s3/buckets/settings.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/tags.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

Answer<Tags> tags_in(const Tagging& tagging, std::size_t count_max) {
    Tags tags;
    for (const Tag& tag : tagging.tag_set) tags.emplace_back(tag.key, tag.value);
    if (auto good = check_tags(tags, count_max); !good) return pass(good);
    return tags;
}

std::vector<Tag> tag_set_of(const Tags& tags) {
    std::vector<Tag> set;
    for (const auto& [key, value] : tags) {
        Tag& tag = set.emplace_back();
        tag.key = key;
        tag.value = value;
    }
    return set;
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<PutObjectTaggingOutput>> put_of_object(Caller, PutObjectTaggingRequest input) {
        auto tags = tags_in(input.tagging, object_tags_max);
        if (!tags) co_return pass(tags);
        auto object = co_await objects_.change(
            input.bucket, input.key,
            [&tags](objects::Attributes& attributes) { keep_tags(attributes, *tags); });
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        co_return PutObjectTaggingOutput{};
    }

    io::Task<Answer<GetObjectTaggingOutput>> get_of_object(Caller, GetObjectTaggingRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        GetObjectTaggingOutput out;
        out.tag_set = tag_set_of(tags_of(object->attributes));
        co_return out;
    }

    io::Task<Answer<DeleteObjectTaggingOutput>> remove_of_object(Caller,
                                                                 DeleteObjectTaggingRequest input) {
        auto object = co_await objects_.change(
            input.bucket, input.key,
            [](objects::Attributes& attributes) { keep_tags(attributes, {}); });
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        co_return DeleteObjectTaggingOutput{};
    }

    io::Task<Answer<PutBucketTaggingOp::Output>> put_of_bucket(Caller,
                                                               PutBucketTaggingRequest input) {
        auto tags = tags_in(input.tagging, bucket_tags_max);
        if (!tags) co_return pass(tags);
        auto kept = co_await configure<PutBucketTaggingOp>(objects_, input.bucket, tagging_setting,
                                                           pack_tags(*tags));
        co_return kept;
    }

    io::Task<Answer<GetBucketTaggingOutput>> get_of_bucket(Caller, GetBucketTaggingRequest input) {
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const auto found = settings->find(tagging_setting);
        if (found == settings->end())
            co_return not_configured("NoSuchTagSet", "The TagSet does not exist", input.bucket);
        GetBucketTaggingOutput out;
        out.tag_set = tag_set_of(unpack_tags(found->second));
        co_return out;
    }

    io::Task<Answer<DeleteBucketTaggingOp::Output>> remove_of_bucket(
        Caller, DeleteBucketTaggingRequest input) {
        return configure<DeleteBucketTaggingOp>(objects_, std::move(input.bucket), tagging_setting,
                                                std::nullopt);
    }

  private:
    objects::Objects& objects_;
};

}  // namespace

void register_tagging(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<PutObjectTaggingOp>(router, home, objects, handlers, &Handlers::put_of_object);
    serve<GetObjectTaggingOp>(router, home, objects, handlers, &Handlers::get_of_object);
    serve<DeleteObjectTaggingOp>(router, home, objects, handlers, &Handlers::remove_of_object);
    serve<PutBucketTaggingOp>(router, home, objects, handlers, &Handlers::put_of_bucket);
    serve<GetBucketTaggingOp>(router, home, objects, handlers, &Handlers::get_of_bucket);
    serve<DeleteBucketTaggingOp>(router, home, objects, handlers, &Handlers::remove_of_bucket);
}

}  // namespace freshet::aws::s3_words
