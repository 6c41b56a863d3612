// Objects: put, get and head.
#include <fmt/format.h>

#include "aws/http/body/checked_body.h"
#include "aws/limits.h"
#include "aws/model/s3.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/attributes.h"
#include "aws/services/s3/objects/conditions.h"
#include "aws/services/s3/objects/ranges.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<PutObjectOutput>> put(Caller, PutObjectRequest input) {
        if (auto good = check_key(input.key); !good) co_return pass(good);
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return pass(condition);
        const auto body = std::static_pointer_cast<CheckedBody>(input.body);
        if (auto good = check_length(*body); !good) co_return pass(good);
        auto attributes = attributes_of(input);
        if (!attributes) co_return pass(attributes);
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        const Checksum algorithm = body->algorithm().value_or(checksum_default);
        body->compute(algorithm);
        auto staged =
            co_await objects_.stage(body, encryption_of(input.server_side_encryption, *settings));
        if (!staged) co_return refuse(staged.error(), input.bucket, input.key);
        if (const auto value = body->computed(algorithm))
            keep_checksum(*attributes, {algorithm, *value}, full_object);
        auto object = co_await objects_.publish(input.bucket, input.key, std::move(*staged),
                                                std::move(*attributes), *condition);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        PutObjectOutput out;
        out.e_tag = quoted_tag(object->etag);
        out.server_side_encryption = find(object->attributes, encryption_attribute);
        fill_checksum(out, object->attributes);
        co_return out;
    }

    io::Task<Answer<GetObjectOutput>> get(Caller, GetObjectRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        auto read = read_of<GetObjectOutput>(input, *object);
        if (!read) co_return pass(read);
        auto content =
            co_await objects_.open_body(std::move(*object), read->range.first, read->range.size);
        if (!content) co_return refuse(content.error(), input.bucket, input.key);
        read->out.body = std::move(*content);
        co_return std::move(read->out);
    }

    io::Task<Answer<HeadObjectOutput>> head(Caller, HeadObjectRequest input) {
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        auto read = read_of<HeadObjectOutput>(input, *object);
        if (!read) co_return pass(read);
        co_return std::move(read->out);
    }

  private:
    template <class Output>
    struct Read {
        Output out;
        Range range;
    };

    /// What GET and HEAD have in common: all but the bytes.
    template <class Output, class Input>
    static Answer<Read<Output>> read_of(const Input& input, const objects::ObjectInfo& object) {
        const ReadConditions conditions{input.if_match, input.if_none_match,
                                        input.if_modified_since, input.if_unmodified_since};
        const Condition failed = first_failed(conditions, object);
        if (failed != Condition::holds) return std::unexpected(not_as_asked(failed, object));
        auto slice = slice_of(input.range, input.if_range, input.part_number, object);
        if (!slice) return pass(slice);
        Read<Output> read{{}, slice->range};
        fill(read.out, object);
        override_headers(read.out, input);
        read.out.content_length = static_cast<std::int64_t>(slice->range.size);
        read.out.content_range = slice->content_range;
        read.out.parts_count = slice->parts_count;
        if (input.checksum_mode == "ENABLED") fill_checksum_of(read.out, *slice, object);
        return read;
    }

    /// The checksum of what is answered: of the whole object, or of a part whose checksum is kept.
    template <class Output>
    static void fill_checksum_of(Output& out, const Slice& slice,
                                 const objects::ObjectInfo& object) {
        const bool is_whole = slice.range.size == object.size;
        const auto kept = kept_checksum(object.attributes);
        if (slice.part_checksum && kept) {
            fill_checksum(out, DeclaredChecksum{kept->algorithm, *slice.part_checksum});
            out.checksum_type = kept_checksum_type(object.attributes);
        } else if (is_whole) {
            fill_checksum(out, object.attributes);
        }
    }

    objects::Objects& objects_;
};

}  // namespace

Answer<void> check_length(const CheckedBody& body) {
    const auto length = body.content_length();
    if (!length)
        return refuse("MissingContentLength", "You must provide the Content-Length HTTP header.",
                      411);
    if (*length <= limits::object_put_bytes_max) return {};
    return std::unexpected(
        Fault{"EntityTooLarge",
              "Your proposed upload exceeds the maximum allowed size",
              400,
              {{"ProposedSize", fmt::format("{}", *length)},
               {"MaxSizeAllowed", fmt::format("{}", limits::object_put_bytes_max)}}});
}

void register_objects(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<PutObjectOp>(router, home, objects, handlers, &Handlers::put);
    serve<GetObjectOp>(router, home, objects, handlers, &Handlers::get);
    serve<HeadObjectOp>(router, home, objects, handlers, &Handlers::head);
}

}  // namespace freshet::aws::s3_words
