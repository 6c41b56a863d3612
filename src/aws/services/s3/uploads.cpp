// Multipart uploads.
#include <fmt/format.h>

#include "aws/protocol/scalar.h"
#include "aws/services/s3/words.h"
#include "objects/limits.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr int parts_default = 1000;

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<CreateMultipartUploadOutput>> begin(Caller, CreateMultipartUploadRequest input) {
        if (auto good = check_key(input.key); !good) co_return std::unexpected(std::move(good.error()));
        auto upload = co_await objects_.begin_upload(input.bucket, input.key, attributes_of(input));
        if (!upload) co_return refuse(upload.error(), input.bucket, input.key);
        CreateMultipartUploadOutput out;
        out.bucket = input.bucket;
        out.key = input.key;
        out.upload_id = upload->id;
        out.checksum_algorithm = input.checksum_algorithm;
        co_return out;
    }

    io::Task<Answer<UploadPartOutput>> put(Caller, UploadPartRequest input) {
        if (input.part_number < 1 || input.part_number > objects::limits::part_number_max) {
            co_return refuse("InvalidArgument", fmt::format("Part number must be an integer between 1 and {}, inclusive", objects::limits::part_number_max), 400);
        }
        const auto body = std::static_pointer_cast<CheckedBody>(input.body);
        auto staged = co_await objects_.stage(body);
        if (!staged) co_return refuse(staged.error(), input.bucket, input.key);
        objects::Attributes attributes;
        if (const auto declared = body->declared()) attributes[header_of(declared->algorithm)] = declared->value;
        auto part = co_await objects_.put_part(input.bucket, input.key, input.upload_id, input.part_number, std::move(*staged), std::move(attributes));
        if (!part) co_return refuse(part.error(), input.bucket, input.key);
        UploadPartOutput out;
        out.e_tag = quoted_tag(part->etag);
        fill_checksum(out, part->attributes);
        co_return out;
    }

    io::Task<Answer<UploadPartCopyOutput>> copy(Caller, UploadPartCopyRequest input) {
        std::string source = percent_decode(input.copy_source, false);
        if (source.starts_with('/')) source.erase(0, 1);
        const auto slash = source.find('/');
        if (slash == std::string::npos || input.copy_source_range) co_return refuse("NotImplemented", "Freshet copies whole objects into parts", 501);
        auto object = co_await objects_.find(source.substr(0, slash), source.substr(slash + 1));
        if (!object) co_return refuse(object.error(), source.substr(0, slash), source.substr(slash + 1));
        auto part = co_await objects_.copy_part(input.bucket, input.key, input.upload_id, input.part_number, std::move(*object));
        if (!part) co_return refuse(part.error(), input.bucket, input.key);
        UploadPartCopyOutput out;
        out.copy_part_result.emplace();
        out.copy_part_result->e_tag = quoted_tag(part->etag);
        out.copy_part_result->last_modified = part->modified;
        co_return out;
    }

    io::Task<Answer<CompleteMultipartUploadOutput>> complete(Caller caller, CompleteMultipartUploadRequest input) {
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return std::unexpected(std::move(condition.error()));
        std::vector<objects::CompletedPart> parts;
        if (input.multipart_upload && input.multipart_upload->parts) {
            for (const auto& part : *input.multipart_upload->parts) parts.push_back({part.part_number.value_or(0), unquoted(part.e_tag.value_or(""))});
        }
        if (parts.empty()) co_return refuse("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", 400);
        auto object = co_await objects_.complete_upload(input.bucket, input.key, input.upload_id, std::move(parts), *condition);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        CompleteMultipartUploadOutput out;
        out.location = fmt::format("http://{}/{}/{}", caller.host(), input.bucket, percent_encode(input.key, true));
        out.bucket = input.bucket;
        out.key = input.key;
        out.e_tag = quoted_tag(object->etag);
        co_return out;
    }

    io::Task<Answer<AbortMultipartUploadOutput>> abort(Caller, AbortMultipartUploadRequest input) {
        auto aborted = co_await objects_.abort_upload(input.bucket, input.key, input.upload_id);
        if (!aborted) co_return refuse(aborted.error(), input.bucket, input.key);
        co_return AbortMultipartUploadOutput{};
    }

    io::Task<Answer<ListPartsOutput>> list_parts(Caller, ListPartsRequest input) {
        auto parts = co_await objects_.list_parts(input.bucket, input.key, input.upload_id);
        if (!parts) co_return refuse(parts.error(), input.bucket, input.key);
        ListPartsOutput out;
        out.bucket = input.bucket;
        out.key = input.key;
        out.upload_id = input.upload_id;
        out.max_parts = std::clamp(input.max_parts.value_or(parts_default), 0, parts_default);
        out.part_number_marker = input.part_number_marker.value_or(0);
        out.is_truncated = false;
        out.storage_class = "STANDARD";
        out.parts.emplace();
        for (const objects::PartInfo& part : *parts) {
            if (part.number <= *out.part_number_marker) continue;
            if (out.parts->size() == static_cast<std::size_t>(*out.max_parts)) {
                out.is_truncated = true;
                break;
            }
            Part& made = out.parts->emplace_back();
            made.part_number = part.number;
            made.e_tag = quoted_tag(part.etag);
            made.size = static_cast<std::int64_t>(part.size);
            made.last_modified = part.modified;
            out.next_part_number_marker = part.number;
        }
        co_return out;
    }

    io::Task<Answer<ListMultipartUploadsOutput>> list_uploads(Caller, ListMultipartUploadsRequest input) {
        auto uploads = co_await objects_.list_uploads(input.bucket, input.prefix.value_or(""));
        if (!uploads) co_return refuse(uploads.error(), input.bucket);
        ListMultipartUploadsOutput out;
        out.bucket = input.bucket;
        out.prefix = url_encoded(input.prefix.value_or(""), input.encoding_type);
        out.encoding_type = input.encoding_type;
        out.max_uploads = std::clamp(input.max_uploads.value_or(parts_default), 0, parts_default);
        out.is_truncated = false;
        out.uploads.emplace();
        const std::pair after(input.key_marker.value_or(""), input.upload_id_marker.value_or(""));
        for (const objects::Upload& upload : *uploads) {
            if (input.key_marker && (upload.key < after.first || (upload.key == after.first && (after.second.empty() || upload.id <= after.second)))) continue;
            if (out.uploads->size() == static_cast<std::size_t>(*out.max_uploads)) {
                out.is_truncated = true;
                break;
            }
            MultipartUpload& made = out.uploads->emplace_back();
            made.key = url_encoded(upload.key, input.encoding_type);
            made.upload_id = upload.id;
            made.initiated = upload.started;
            made.storage_class = "STANDARD";
            out.next_key_marker = made.key;
            out.next_upload_id_marker = upload.id;
        }
        co_return out;
    }

  private:
    objects::Objects& objects_;
};

}  // namespace

void register_uploads(Router& router, io::Core& home, objects::Objects& objects) {
    auto h = std::make_shared<Handlers>(objects);
    router.handle<CreateMultipartUploadOp>(home, [h](Caller c, CreateMultipartUploadRequest i) { return h->begin(std::move(c), std::move(i)); });
    router.handle<UploadPartOp>(home, [h](Caller c, UploadPartRequest i) { return h->put(std::move(c), std::move(i)); });
    router.handle<UploadPartCopyOp>(home, [h](Caller c, UploadPartCopyRequest i) { return h->copy(std::move(c), std::move(i)); });
    router.handle<CompleteMultipartUploadOp>(home, [h](Caller c, CompleteMultipartUploadRequest i) { return h->complete(std::move(c), std::move(i)); });
    router.handle<AbortMultipartUploadOp>(home, [h](Caller c, AbortMultipartUploadRequest i) { return h->abort(std::move(c), std::move(i)); });
    router.handle<ListPartsOp>(home, [h](Caller c, ListPartsRequest i) { return h->list_parts(std::move(c), std::move(i)); });
    router.handle<ListMultipartUploadsOp>(home, [h](Caller c, ListMultipartUploadsRequest i) { return h->list_uploads(std::move(c), std::move(i)); });
}

}  // namespace freshet::aws::s3_words
