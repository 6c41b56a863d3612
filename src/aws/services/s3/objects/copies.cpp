// CopyObject: the copy shares its source's bytes. It is one object whatever its source was made of,
// so the copy of a multipart object is read once, for its MD5; and so is one of which another
// checksum is asked.
#include <fmt/format.h>

#include "aws/limits.h"
#include "aws/model/s3.h"
#include "aws/services/s3/guards.h"
#include "aws/services/s3/objects/attributes.h"
#include "aws/services/s3/objects/conditions.h"
#include "aws/services/s3/uploads/part_list.h"
#include "base/crypto/digest.h"

namespace freshet::aws::s3_words {
namespace {

using namespace s3;

constexpr int tries_max = 3;  ///< of a copy whose source changes while it is read

/// What is known of a source after it was read.
struct Digested {
    objects::ObjectInfo of;
    std::string etag, checksum;
    std::optional<objects::Staged> sealed = {};  ///< its bytes again, encrypted

    bool is_of(const objects::ObjectInfo& source) const {
        return of.etag == source.etag && of.modified == source.modified && of.size == source.size;
    }
};

/// `of`: "metadata" or "tagging"
Answer<bool> replaces(const std::optional<std::string>& directive, std::string_view of) {
    if (!directive || *directive == "COPY") return false;
    if (*directive == "REPLACE") return true;
    return refuse_argument(fmt::format("Unknown {} directive.", of),
                           fmt::format("x-amz-{}-directive", of).c_str(), *directive);
}

/// One request's copy: what it asks for, and what the transaction finds to be so.
struct Copy {
    CopyObjectRequest input;
    CopySource from;
    bool replaces_metadata = false, replaces_tags = false;
    objects::Attributes replacement;
    std::optional<Checksum> wanted;
    objects::Encryption encryption = objects::Encryption::none;
    std::optional<Digested> digested;
    std::optional<Fault> fault;  ///< of the source as it is
    bool must_read = false;      ///< the source must be read before it can be copied

    static Answer<Copy> of(CopyObjectRequest input);
    /// Whether the copy is encrypted and its source is not.
    bool must_seal(const objects::ObjectInfo& source) const {
        return encryption == objects::Encryption::aes256 &&
               encryption_of(source.attributes) == objects::Encryption::none;
    }
    Result<objects::ObjectInfo> transform(const objects::ObjectInfo& source);
    Result<objects::ObjectInfo> refused(Fault why) {
        fault = std::move(why);
        return fail(objects::Errc::condition, "");
    }
};

Answer<Copy> Copy::of(CopyObjectRequest input) {
    Copy copy;
    auto from = copy_source_of(input.copy_source);
    if (!from) return pass(from);
    auto metadata = replaces(input.metadata_directive, "metadata");
    if (!metadata) return pass(metadata);
    auto tags = replaces(input.tagging_directive, "tagging");
    if (!tags) return pass(tags);
    auto replacement = *tags ? attributes_of(input) : described_in(input);
    if (!replacement) return pass(replacement);
    if (input.checksum_algorithm) {
        auto algorithm = algorithm_of(*input.checksum_algorithm);
        if (!algorithm) return pass(algorithm);
        copy.wanted = *algorithm;
    }
    const bool changes = *metadata || input.storage_class || input.server_side_encryption ||
                         input.checksum_algorithm;
    if (from->bucket == input.bucket && from->key == input.key && !changes) {
        return refuse("InvalidRequest",
                      "This copy request is illegal because it is trying to copy an object to "
                      "itself without changing the object's metadata, "
                      "storage class, website redirect location or encryption attributes.",
                      400);
    }
    copy.from = std::move(*from);
    copy.replaces_metadata = *metadata;
    copy.replaces_tags = *tags;
    copy.replacement = std::move(*replacement);
    copy.input = std::move(input);
    return copy;
}

Result<objects::ObjectInfo> Copy::transform(const objects::ObjectInfo& source) {
    if (auto good = check_source(input, source); !good) return refused(std::move(good.error()));
    if (source.size > limits::object_put_bytes_max) {
        return refused({"InvalidRequest",
                        "The specified copy source is larger than the maximum allowable size for a "
                        "copy source: 5368709120",
                        400});
    }
    const auto kept = kept_checksum(source.attributes);
    const bool is_multipart = source.etag.find('-') != std::string::npos;
    const bool is_digested = digested && digested->is_of(source);
    must_read =
        (is_multipart || must_seal(source) || (wanted && (!kept || kept->algorithm != *wanted))) &&
        !is_digested;
    if (must_read) return fail(objects::Errc::condition, "");
    objects::ObjectInfo object = source;
    if (replaces_metadata) {
        object.attributes = replacement;
        if (!replaces_tags) keep_tags(object.attributes, tags_of(source.attributes));
        if (kept) keep_checksum(object.attributes, *kept, *kept_checksum_type(source.attributes));
        if (const auto encryption = find(source.attributes, encryption_attribute))
            object.attributes[encryption_attribute] = *encryption;
    } else if (replaces_tags) {
        keep_tags(object.attributes, tags_of(replacement));
    }
    object.attributes.erase(parts_attribute);
    if (is_digested && digested->sealed) {
        object.extents = digested->sealed->extents;
        object.attributes[encryption_attribute] = "AES256";
    }
    if (is_digested) {
        object.etag = digested->etag;
        const Checksum algorithm = wanted.value_or(kept ? kept->algorithm : checksum_default);
        keep_checksum(object.attributes, {algorithm, digested->checksum}, full_object);
    }
    return object;
}

class Handlers {
  public:
    explicit Handlers(objects::Objects& objects) : objects_(objects) {}

    io::Task<Answer<CopyObjectOutput>> copy(Caller, CopyObjectRequest input) {
        if (auto good = check_key(input.key); !good) co_return pass(good);
        auto condition = write_condition(input.if_match, input.if_none_match);
        if (!condition) co_return pass(condition);
        auto asked = Copy::of(std::move(input));
        if (!asked) co_return pass(asked);
        Copy& copy = *asked;
        auto settings = co_await objects_.settings(copy.input.bucket);
        if (!settings) co_return refuse(settings.error(), copy.input.bucket);
        copy.encryption = encryption_of(copy.input.server_side_encryption, *settings);
        auto done = co_await attempt(copy, *condition);
        if (!done) co_await discard(copy);
        co_return done;
    }

  private:
    io::Task<Answer<CopyObjectOutput>> attempt(Copy& copy, objects::WriteCondition condition) {
        for (int tries = 0; tries < tries_max; ++tries) {
            auto object = co_await objects_.copy(
                copy.from.bucket, copy.from.key, copy.input.bucket, copy.input.key,
                [&copy](const objects::ObjectInfo& source) { return copy.transform(source); },
                condition);
            if (object) co_return output_of(*object);
            if (copy.fault) co_return std::unexpected(std::move(*copy.fault));
            if (!copy.must_read) {
                auto source = co_await objects_.find(copy.from.bucket, copy.from.key);
                if (!source) co_return refuse(source.error(), copy.from.bucket, copy.from.key);
                co_return refuse(object.error(), copy.input.bucket, copy.input.key);
            }
            auto digested = co_await digest(copy);
            if (!digested) co_return refuse(digested.error(), copy.from.bucket, copy.from.key);
            co_await discard(copy);
            copy.digested = std::move(*digested);
        }
        co_return refuse("ConditionalRequestConflict",
                         "The source of the copy was replaced while it was read. Please try again.",
                         409);
    }

    /// What was encrypted of a source that is another one by now, or for a copy that is refused.
    io::Task<void> discard(const Copy& copy) {
        if (copy.digested && copy.digested->sealed)
            co_await objects_.discard(*copy.digested->sealed);
    }

    io::Task<Result<Digested>> digest(const Copy& copy) {
        auto source = co_await objects_.find(copy.from.bucket, copy.from.key);
        if (!source) co_return pass(source);
        const auto kept = kept_checksum(source->attributes);
        const Checksum algorithm = copy.wanted.value_or(kept ? kept->algorithm : checksum_default);
        const auto body =
            std::make_shared<ChecksummingBody>(objects_.read(*source, 0, source->size), algorithm);
        Digested digested{*source, "", "", {}};
        if (copy.must_seal(*source)) {
            auto sealed = co_await objects_.stage(body, copy.encryption);
            if (!sealed) co_return pass(sealed);
            digested.etag = to_hex(sealed->md5);
            digested.sealed = std::move(*sealed);
        } else {
            Hasher md5(Hasher::Kind::md5);
            while (true) {
                auto piece = co_await body->read();
                if (!piece) co_return pass(piece);
                if (piece->empty()) break;
                md5.update(piece->view());
            }
            digested.etag = to_hex(md5.finish());
        }
        digested.checksum = body->finish();
        co_return digested;
    }

    static CopyObjectOutput output_of(const objects::ObjectInfo& object) {
        CopyObjectOutput out;
        out.server_side_encryption = find(object.attributes, encryption_attribute);
        out.copy_object_result.emplace();
        out.copy_object_result->e_tag = quoted_tag(object.etag);
        out.copy_object_result->last_modified = object.modified;
        fill_checksum(*out.copy_object_result, object.attributes);
        return out;
    }

    objects::Objects& objects_;
};

}  // namespace

void register_copies(Router& router, io::Core& home, objects::Objects& objects) {
    serve<CopyObjectOp>(router, home, objects, std::make_shared<Handlers>(objects),
                        &Handlers::copy);
}

}  // namespace freshet::aws::s3_words
