// The parts of an upload: put, copied, listed.
#include <fmt/format.h>

#include <algorithm>

#include "aws/http/body/checked_body.h"
#include "aws/model/s3.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/attributes.h"
#include "aws/services/s3/objects/conditions.h"
#include "aws/services/s3/objects/listing.h"
#include "aws/services/s3/objects/ranges.h"
#include "objects/limits.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

Answer<void> check_number(std::int32_t number) {
    if (number >= 1 && number <= objects::limits::part_number_max) return {};
    return refuse_argument(fmt::format("Part number must be an integer between 1 and {}, inclusive",
                                       objects::limits::part_number_max),
                           "partNumber", fmt::format("{}", number));
}

/// A part must bring the checksum that its upload is made of.
Answer<void> check_algorithm(const ChecksumPlan& plan, std::optional<Checksum> declared) {
    if (!plan.is_declared || declared == plan.algorithm || (!declared && !plan.is_composite))
        return {};
    return refuse(
        "InvalidRequest",
        fmt::format(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            label_of(plan.algorithm), declared ? label_of(*declared) : "null"),
        400);
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<UploadPartOutput>> put(Caller, UploadPartRequest input) {
        if (auto good = check_number(input.part_number); !good) co_return pass(good);
        const auto body = std::static_pointer_cast<CheckedBody>(input.body);
        if (auto good = check_length(*body); !good) co_return pass(good);
        auto upload = co_await objects_.find_upload(input.bucket, input.key, input.upload_id);
        if (!upload) co_return refuse(upload.error(), input.bucket, input.key);
        const ChecksumPlan plan = plan_of(upload->attributes);
        const auto declared = body->algorithm();
        if (auto good = check_algorithm(plan, declared); !good) co_return pass(good);
        body->compute(plan.algorithm);
        auto staged = co_await objects_.stage(body, encryption_of(upload->attributes));
        if (!staged) co_return refuse(staged.error(), input.bucket, input.key);
        objects::Attributes attributes;
        for (const Checksum algorithm : {plan.algorithm, declared.value_or(plan.algorithm)}) {
            if (const auto value = body->computed(algorithm))
                attributes[header_of(algorithm)] = *value;
        }
        auto part =
            co_await objects_.put_part(input.bucket, input.key, input.upload_id, input.part_number,
                                       std::move(*staged), std::move(attributes));
        if (!part) co_return refuse(part.error(), input.bucket, input.key);
        UploadPartOutput out;
        out.e_tag = quoted_tag(part->etag);
        out.server_side_encryption = find(upload->attributes, encryption_attribute);
        const Checksum shown = declared.value_or(plan.algorithm);
        if (declared || plan.is_declared)
            fill_checksum(out, DeclaredChecksum{
                                   shown, find(part->attributes, header_of(shown)).value_or("")});
        co_return out;
    }

    io::Task<Answer<UploadPartCopyOutput>> copy(Caller, UploadPartCopyRequest input) {
        if (auto good = check_number(input.part_number); !good) co_return pass(good);
        auto from = copy_source_of(input.copy_source);
        if (!from) co_return pass(from);
        auto upload = co_await objects_.find_upload(input.bucket, input.key, input.upload_id);
        if (!upload) co_return refuse(upload.error(), input.bucket, input.key);
        auto source = co_await objects_.find(from->bucket, from->key);
        if (!source) co_return refuse(source.error(), from->bucket, from->key);
        auto range = range_of(input, *source);
        if (!range) co_return pass(range);
        const ChecksumPlan plan = plan_of(upload->attributes);
        const auto body = std::make_shared<ChecksummingBody>(
            objects_.read(*source, range->first, range->size), plan.algorithm);
        auto staged = co_await objects_.stage(body, encryption_of(upload->attributes));
        if (!staged) co_return refuse(staged.error(), input.bucket, input.key);
        objects::Attributes attributes;
        attributes[header_of(plan.algorithm)] = body->finish();
        auto part =
            co_await objects_.put_part(input.bucket, input.key, input.upload_id, input.part_number,
                                       std::move(*staged), std::move(attributes));
        if (!part) co_return refuse(part.error(), input.bucket, input.key);
        UploadPartCopyOutput out;
        out.server_side_encryption = find(upload->attributes, encryption_attribute);
        out.copy_part_result.emplace();
        out.copy_part_result->e_tag = quoted_tag(part->etag);
        out.copy_part_result->last_modified = part->modified;
        if (plan.is_declared) fill_checksum(*out.copy_part_result, part->attributes);
        co_return out;
    }

    io::Task<Answer<ListPartsOutput>> list(Caller caller, ListPartsRequest input) {
        auto count = page_size(input.max_parts, "max-parts");
        if (!count) co_return pass(count);
        if (input.part_number_marker && *input.part_number_marker < 0) {
            co_return refuse_argument(
                "Argument part-number-marker must be an integer between 0 and 2147483647",
                "part-number-marker", fmt::format("{}", *input.part_number_marker));
        }
        auto uploaded = co_await objects_.list_parts(input.bucket, input.key, input.upload_id);
        if (!uploaded) co_return refuse(uploaded.error(), input.bucket, input.key);
        const ChecksumPlan plan = plan_of(uploaded->upload.attributes);
        ListPartsOutput out;
        out.bucket = input.bucket;
        out.key = input.key;
        out.upload_id = input.upload_id;
        out.max_parts = static_cast<std::int32_t>(*count);
        out.part_number_marker = input.part_number_marker.value_or(0);
        out.next_part_number_marker = 0;
        out.is_truncated = false;
        out.storage_class = "STANDARD";
        out.owner = owner_of(caller.account());
        out.initiator.emplace().id = caller.account();
        out.checksum_algorithm = find(uploaded->upload.attributes, checksum_algorithm_attribute);
        out.checksum_type = find(uploaded->upload.attributes, checksum_type_attribute);
        out.parts.emplace();
        for (const objects::PartInfo& part : uploaded->parts) {
            if (part.number <= *out.part_number_marker) continue;
            if (out.parts->size() == *count) {
                out.is_truncated = *count > 0;
                break;
            }
            out.parts->push_back(listed(part, plan));
            out.next_part_number_marker = part.number;
        }
        co_return out;
    }

  private:
    static Part listed(const objects::PartInfo& part, const ChecksumPlan& plan) {
        Part made;
        made.part_number = part.number;
        made.e_tag = quoted_tag(part.etag);
        made.size = static_cast<std::int64_t>(part.size);
        made.last_modified = part.modified;
        const auto checksum = find(part.attributes, header_of(plan.algorithm));
        if (plan.is_declared && checksum)
            fill_checksum(made, DeclaredChecksum{plan.algorithm, *checksum});
        return made;
    }

    /// The bytes of the source that a part is a copy of, if the source is as the request demands.
    static Answer<Range> range_of(const UploadPartCopyRequest& input,
                                  const objects::ObjectInfo& source) {
        if (auto good = check_source(input, source); !good) return pass(good);
        if (!input.copy_source_range) return Range{0, source.size};
        return parse_copy_range(*input.copy_source_range, source.size);
    }

    objects::Objects& objects_;
};

}  // namespace

void register_parts(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<UploadPartOp>(router, home, objects, handlers, &Handlers::put);
    serve<UploadPartCopyOp>(router, home, objects, handlers, &Handlers::copy);
    serve<ListPartsOp>(router, home, objects, handlers, &Handlers::list);
}

}  // namespace freshet::aws::s3_words
