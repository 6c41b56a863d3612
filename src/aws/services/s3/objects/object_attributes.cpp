// GetObjectAttributes: what is known of an object, without its bytes.
#include <algorithm>

#include "aws/model/s3.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/checksums.h"
#include "aws/services/s3/objects/listing.h"
#include "aws/services/s3/uploads/part_list.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr std::string_view known[] = {"ETag", "Checksum", "ObjectParts", "StorageClass",
                                      "ObjectSize"};

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<GetObjectAttributesOutput>> get(Caller, GetObjectAttributesRequest input) {
        for (const std::string& name : input.object_attributes) {
            if (std::ranges::find(known, name) == std::end(known))
                co_return refuse_argument("Invalid attribute name specified.",
                                          "x-amz-object-attributes", name);
        }
        auto count = page_size(input.max_parts, "x-amz-max-parts");
        if (!count) co_return pass(count);
        const std::int32_t marker = input.part_number_marker.value_or(0);
        if (marker < 0)
            co_return refuse_argument(
                "Argument x-amz-part-number-marker must be an integer between 0 and 2147483647",
                "x-amz-part-number-marker", std::to_string(marker));
        auto object = co_await objects_.find(input.bucket, input.key);
        if (!object) co_return refuse(object.error(), input.bucket, input.key);
        const auto asked = [&](const char* name) {
            return std::ranges::find(input.object_attributes, name) !=
                   input.object_attributes.end();
        };
        GetObjectAttributesOutput out;
        out.last_modified = object->modified;
        if (asked("ETag")) out.e_tag = object->etag;  // S3 writes it without quotes here
        if (asked("StorageClass")) out.storage_class = "STANDARD";
        if (asked("ObjectSize")) out.object_size = static_cast<std::int64_t>(object->size);
        auto checksum = kept_checksum(object->attributes);
        if (asked("Checksum") && checksum) {
            // and that without the number of parts
            checksum->value.resize(std::min(checksum->value.find('-'), checksum->value.size()));
            fill_checksum(out.checksum.emplace(), *checksum);
            out.checksum->checksum_type = kept_checksum_type(object->attributes);
        }
        if (asked("ObjectParts")) out.object_parts = parts_in(*object, checksum, marker, *count);
        co_return out;
    }

  private:
    /// Their number; and each, where the object's checksum is made of theirs.
    static std::optional<GetObjectAttributesParts> parts_in(
        const objects::ObjectInfo& object, const std::optional<DeclaredChecksum>& checksum,
        std::int32_t marker, std::size_t count) {
        const std::vector<KeptPart> parts = parts_of(object);
        if (parts.empty()) return std::nullopt;
        GetObjectAttributesParts out;
        out.total_parts_count = static_cast<std::int32_t>(parts.size());
        if (!checksum || kept_checksum_type(object.attributes) != composite) return out;
        out.part_number_marker = marker;
        out.next_part_number_marker = marker;
        out.max_parts = static_cast<std::int32_t>(count);
        out.is_truncated = false;
        out.parts.emplace();
        for (const KeptPart& part : parts) {
            if (part.number <= marker) continue;
            if (out.parts->size() == count) {
                out.is_truncated = true;
                break;
            }
            ObjectPart& made = out.parts->emplace_back();
            made.part_number = part.number;
            made.size = static_cast<std::int64_t>(part.size);
            fill_checksum(made, DeclaredChecksum{checksum->algorithm, part.checksum});
            out.next_part_number_marker = part.number;
        }
        return out;
    }

    objects::Objects& objects_;
};

}  // namespace

void register_object_attributes(Router& router, io::Core& home, objects::Objects& objects) {
    serve<GetObjectAttributesOp>(router, home, objects, std::make_shared<Handlers>(objects),
                                 &Handlers::get);
}

}  // namespace freshet::aws::s3_words
