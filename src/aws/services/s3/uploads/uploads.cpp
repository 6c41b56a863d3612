// Multipart uploads: begin, complete, abort, list.
#include <fmt/format.h>

#include <algorithm>

#include "aws/model/s3.h"
#include "aws/protocol/scalar.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/attributes.h"
#include "aws/services/s3/objects/conditions.h"
#include "aws/services/s3/objects/listing.h"
#include "aws/services/s3/uploads/part_list.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

/// What a request to complete an upload says of its object, judged against what was uploaded.
class Completion {
  public:
    explicit Completion(const CompleteMultipartUploadRequest& input) : input_(input) {
        if (!input.multipart_upload || !input.multipart_upload->parts) return;
        for (const CompletedPart& part : *input.multipart_upload->parts) {
            parts_.push_back({part.part_number.value_or(0), unquoted(part.e_tag.value_or(""))});
            checksums_.push_back(checksums_in(part));
        }
    }

    const std::vector<objects::CompletedPart>& parts() const { return parts_; }
    /// Why assemble() refused.
    std::optional<Fault>& fault() { return fault_; }

    Result<objects::Attributes> assemble(const objects::Upload& upload,
                                         const std::vector<objects::PartInfo>& parts) {
        const ChecksumPlan plan = plan_of(upload.attributes);
        auto good = check_parts(plan, parts);
        if (good) good = check_size(parts);
        const auto checksum = checksum_of_parts(plan, parts);
        if (good) good = check_object(plan, checksum);
        if (!good) {
            fault_ = std::move(good.error());
            return fail(objects::Errc::condition, "");
        }
        objects::Attributes attributes = upload.attributes;
        attributes.erase(checksum_algorithm_attribute);
        attributes.erase(checksum_type_attribute);
        if (checksum) keep_checksum(attributes, {plan.algorithm, *checksum}, plan.type());
        std::vector<KeptPart> kept;
        for (const objects::PartInfo& part : parts) {
            const auto of_part =
                plan.is_composite ? find(part.attributes, header_of(plan.algorithm)) : std::nullopt;
            kept.push_back({part.number, part.size, of_part.value_or("")});
        }
        attributes[parts_attribute] = pack_parts(kept);
        return attributes;
    }

  private:
    Answer<void> check_parts(const ChecksumPlan& plan,
                             const std::vector<objects::PartInfo>& parts) const {
        for (std::size_t i = 0; i < parts.size(); ++i) {
            bool has_own = false;
            for (const DeclaredChecksum& said : checksums_[i]) {
                has_own = has_own || said.algorithm == plan.algorithm;
                if (find(parts[i].attributes, header_of(said.algorithm)) != said.value) {
                    return refuse("InvalidPart",
                                  "One or more of the specified parts could not be found.  The "
                                  "part may not have been uploaded, or the "
                                  "specified entity tag may not match the part's entity tag.",
                                  400);
                }
            }
            if (plan.is_declared && plan.is_composite && !has_own) {
                return refuse("InvalidRequest",
                              fmt::format("The upload was created using a {} checksum. The "
                                          "complete request must include the checksum for each "
                                          "part. It was missing for part {} in the request.",
                                          label_of(plan.algorithm), parts[i].number),
                              400);
            }
        }
        return {};
    }

    Answer<void> check_size(const std::vector<objects::PartInfo>& parts) const {
        std::uint64_t size = 0;
        for (const objects::PartInfo& part : parts) size += part.size;
        if (!input_.mpu_object_size || static_cast<std::uint64_t>(*input_.mpu_object_size) == size)
            return {};
        return refuse("InvalidRequest",
                      fmt::format("The provided 'x-amz-mp-object-size' header value {} does not "
                                  "match what was computed: {}",
                                  *input_.mpu_object_size, size),
                      400);
    }

    Answer<void> check_object(const ChecksumPlan& plan,
                              const std::optional<std::string>& checksum) const {
        if (input_.checksum_type && *input_.checksum_type != plan.type()) {
            return refuse("InvalidRequest",
                          fmt::format("The upload was created using the {} checksum mode. The "
                                      "complete request must use the same checksum mode.",
                                      plan.type()),
                          400);
        }
        for (const DeclaredChecksum& said : checksums_in(input_)) {
            if (said.algorithm != plan.algorithm) {
                return refuse("InvalidRequest",
                              fmt::format("Checksum Type mismatch occurred, expected checksum "
                                          "Type: {}, actual checksum Type: {}",
                                          label_of(plan.algorithm), label_of(said.algorithm)),
                              400);
            }
            const std::string value = said.value.substr(0, said.value.find('-'));
            if (!is_value_of(said.algorithm, value))
                return refuse(
                    "InvalidRequest",
                    fmt::format("Value for {} header is invalid.", header_of(said.algorithm)), 400);
            // That of a composite may come without the number of parts.
            const bool is_right =
                checksum &&
                (said.value == *checksum || said.value == checksum->substr(0, checksum->find('-')));
            if (!is_right) {
                return refuse(
                    "BadDigest",
                    fmt::format("The {} you specified did not match the calculated checksum.",
                                name_of(said.algorithm)),
                    400);
            }
        }
        return {};
    }

    const CompleteMultipartUploadRequest& input_;
    std::vector<objects::CompletedPart> parts_;
    std::vector<std::vector<DeclaredChecksum>> checksums_;  ///< of each of parts_
    std::optional<Fault> fault_;
};

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<CreateMultipartUploadOutput>> begin(Caller,
                                                        CreateMultipartUploadRequest input) {
        if (auto good = check_key(input.key); !good) co_return pass(good);
        auto plan = plan_checksum(input.checksum_algorithm, input.checksum_type);
        if (!plan) co_return pass(plan);
        auto attributes = attributes_of(input);
        if (!attributes) co_return pass(attributes);
        auto settings = co_await objects_.settings(input.bucket);
        if (!settings) co_return refuse(settings.error(), input.bucket);
        if (encryption_of(input.server_side_encryption, *settings) == objects::Encryption::aes256)
            (*attributes)[encryption_attribute] = "AES256";
        if (plan->is_declared) {
            (*attributes)[checksum_algorithm_attribute] = name_of(plan->algorithm);
            (*attributes)[checksum_type_attribute] = plan->type();
        }
        auto upload =
            co_await objects_.begin_upload(input.bucket, input.key, std::move(*attributes));
        if (!upload) co_return refuse(upload.error(), input.bucket, input.key);
        CreateMultipartUploadOutput out;
        out.bucket = input.bucket;
        out.key = input.key;
        out.upload_id = upload->id;
        out.server_side_encryption = find(upload->attributes, encryption_attribute);
        out.checksum_algorithm = find(upload->attributes, checksum_algorithm_attribute);
        out.checksum_type = find(upload->attributes, checksum_type_attribute);
        co_return out;
    }

    io::Task<Answer<CompleteMultipartUploadOutput>> complete(Caller caller,
                                                             CompleteMultipartUploadRequest input) {
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return pass(condition);
        Completion completion(input);
        if (completion.parts().empty()) co_return malformed_xml();
        auto object = co_await objects_.complete_upload(
            input.bucket, input.key, input.upload_id, completion.parts(), *condition,
            [&completion](const objects::Upload& upload,
                          const std::vector<objects::PartInfo>& parts) {
                return completion.assemble(upload, parts);
            });
        if (!object && completion.fault())
            co_return std::unexpected(std::move(*completion.fault()));
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        CompleteMultipartUploadOutput out;
        out.location = fmt::format("http://{}/{}/{}", caller.host(), input.bucket,
                                   percent_encode(input.key, true));
        out.bucket = input.bucket;
        out.key = input.key;
        out.e_tag = quoted_tag(object->etag);
        out.server_side_encryption = find(object->attributes, encryption_attribute);
        fill_checksum(out, object->attributes);
        co_return out;
    }

    io::Task<Answer<AbortMultipartUploadOutput>> abort(Caller, AbortMultipartUploadRequest input) {
        auto aborted = co_await objects_.abort_upload(input.bucket, input.key, input.upload_id);
        if (!aborted) co_return refuse(aborted.error(), input.bucket, input.key);
        co_return AbortMultipartUploadOutput{};
    }

    io::Task<Answer<ListMultipartUploadsOutput>> list(Caller caller,
                                                      ListMultipartUploadsRequest input) {
        auto count = page_size(input.max_uploads, "max-uploads");
        if (!count) co_return pass(count);
        if (auto good = check_encoding(input.encoding_type); !good) co_return pass(good);
        const objects::UploadListRequest request{
            input.prefix.value_or(""), input.delimiter.value_or(""), input.key_marker.value_or(""),
            input.key_marker ? input.upload_id_marker.value_or("") : "", *count};
        auto page = co_await objects_.list_uploads(input.bucket, request);
        if (!page) co_return refuse(page.error(), input.bucket);
        ListMultipartUploadsOutput out;
        out.bucket = input.bucket;
        out.key_marker = url_encoded(request.key_marker, input.encoding_type);
        out.upload_id_marker = request.id_marker;
        if (input.prefix) out.prefix = url_encoded(*input.prefix, input.encoding_type);
        if (!request.delimiter.empty())
            out.delimiter = url_encoded(request.delimiter, input.encoding_type);
        out.encoding_type = input.encoding_type;
        out.max_uploads = static_cast<std::int32_t>(*count);
        out.is_truncated = page->is_truncated;
        if (page->is_truncated) {
            out.next_key_marker = url_encoded(page->last_key, input.encoding_type);
            out.next_upload_id_marker = page->last_id;
        }
        out.uploads.emplace();
        for (const objects::Upload& upload : page->uploads)
            out.uploads->push_back(listed(upload, caller, input.encoding_type));
        out.common_prefixes = prefixes_of(page->common_prefixes, input.encoding_type);
        co_return out;
    }

  private:
    static MultipartUpload listed(const objects::Upload& upload, const Caller& caller,
                                  const std::optional<std::string>& encoding) {
        MultipartUpload made;
        made.key = url_encoded(upload.key, encoding);
        made.upload_id = upload.id;
        made.initiated = upload.started;
        made.storage_class = "STANDARD";
        made.owner = owner_of(caller.account());
        made.initiator.emplace().id = caller.account();
        made.checksum_algorithm = find(upload.attributes, checksum_algorithm_attribute);
        made.checksum_type = find(upload.attributes, checksum_type_attribute);
        return made;
    }

    objects::Objects& objects_;
};

}  // namespace

void register_uploads(Router& router, io::Core& home, objects::Objects& objects) {
    const auto handlers = std::make_shared<Handlers>(objects);
    serve<CreateMultipartUploadOp>(router, home, objects, handlers, &Handlers::begin);
    serve<CompleteMultipartUploadOp>(router, home, objects, handlers, &Handlers::complete);
    serve<AbortMultipartUploadOp>(router, home, objects, handlers, &Handlers::abort);
    serve<ListMultipartUploadsOp>(router, home, objects, handlers, &Handlers::list);
}

}  // namespace freshet::aws::s3_words
