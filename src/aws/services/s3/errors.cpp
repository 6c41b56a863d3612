// Faults in S3's words, and the small words that its files share.
#include <fmt/format.h>

#include "aws/http/body/checked_body.h"
#include "aws/protocol/scalar.h"
#include "aws/protocol/xml.h"
#include "aws/services/s3/words.h"
#include "objects/bucket_name.h"

namespace freshet::aws::s3_words {
namespace {

constexpr std::size_t key_bytes_max = 1024;

using objects::Errc;

constexpr ErrorRow<Errc> errors[] = {
    {Errc::no_bucket, {"NoSuchBucket", 404}},
    {Errc::no_key, {"NoSuchKey", 404}},
    {Errc::no_upload, {"NoSuchUpload", 404}},
    {Errc::bucket_exists, {"BucketAlreadyOwnedByYou", 409}},
    {Errc::bucket_taken, {"BucketAlreadyExists", 409}},
    {Errc::not_empty, {"BucketNotEmpty", 409}},
    {Errc::condition, {"PreconditionFailed", 412}},
    {Errc::invalid_part, {"InvalidPart", 400}},
    {Errc::part_order, {"InvalidPartOrder", 400}},
    {Errc::too_small, {"EntityTooSmall", 400}},
    {Errc::lost, {"InternalError", 500}},
    {Errc::key_unavailable, {"InternalError", 500}},
};
static_assert(is_complete(errors));

/// S3's own sentences; of the other errors the message of objects/ is shown.
constexpr std::pair<Errc, const char*> sentences[] = {
    {Errc::no_bucket, "The specified bucket does not exist"},
    {Errc::no_key, "The specified key does not exist."},
    {Errc::no_upload,
     "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
     "been aborted or completed."},
    {Errc::bucket_exists,
     "Your previous request to create the named bucket succeeded and you already own it."},
    {Errc::bucket_taken,
     "The requested bucket name is not available. The bucket namespace is shared by all users of "
     "the system. Please select a different name and try again."},
    {Errc::not_empty, "The bucket you tried to delete is not empty"},
    {Errc::condition, "At least one of the pre-conditions you specified did not hold"},
};

Fault of_objects(const Error& error) {
    Fault fault = fault_of(error, errors, {"InternalError", 500});
    for (const auto& [errc, sentence] : sentences) {
        if (error.is(errc)) fault.message = sentence;
    }
    if (error.is(Errc::condition)) fault.fields = {{"Condition", error.message()}};
    if (error.is(Errc::lost))
        fault.message = "The object's bytes are not there: " + error.message();
    return fault;
}

}  // namespace

std::unexpected<Fault> refuse(const Error& error, const std::string& bucket,
                              const std::string& key) {
    Fault fault;
    if (error.is_of<Errc>())
        fault = of_objects(error);
    else if (error.is_of<BodyErrc>())
        fault = body_fault(error);
    else if (error.is(freshet::Errc::no_space))
        fault = {"SlowDown", "The disk is full: " + error.message(), 503};
    else
        fault = {"InternalError", error.message(), 500};
    fault.fields.emplace_back("Resource", key.empty() ? "/" + bucket : "/" + bucket + "/" + key);
    if (fault.code == "NoSuchBucket" || fault.code.starts_with("Bucket"))
        fault.fields.emplace_back("BucketName", bucket);
    if (fault.code == "NoSuchKey") fault.fields.emplace_back("Key", key);
    return std::unexpected(std::move(fault));
}

std::unexpected<Fault> refuse_argument(std::string message, const char* name, std::string value) {
    return std::unexpected(Fault{"InvalidArgument",
                                 std::move(message),
                                 400,
                                 {{"ArgumentName", name}, {"ArgumentValue", std::move(value)}}});
}

std::unexpected<Fault> refuse_continuation(const std::optional<std::string>& token) {
    return refuse_argument("The continuation token provided is incorrect", "continuation-token",
                           token.value_or(""));
}

std::unexpected<Fault> malformed_xml() { return std::unexpected(malformed_xml_fault()); }

std::unexpected<Fault> unbuilt(std::string_view what, std::string_view operation) {
    return refuse("NotImplemented", fmt::format("Freshet does not build {} of {}", what, operation),
                  501);
}

Answer<void> check_bucket_name(const std::string& name) {
    if (!objects::is_bucket_name(name))
        return std::unexpected(Fault{"InvalidBucketName",
                                     "The specified bucket is not valid.",
                                     400,
                                     {{"BucketName", name}}});
    return {};
}

Answer<void> check_key(const std::string& key) {
    if (key.size() > key_bytes_max) return refuse("KeyTooLongError", "Your key is too long", 400);
    return {};
}

std::optional<std::string> find(const objects::Attributes& attributes, const char* name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::nullopt : std::optional(found->second);
}

std::string quoted_tag(const std::string& etag) { return "\"" + etag + "\""; }

std::string unquoted(std::string_view etag) {
    if (etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"'))
        etag = etag.substr(1, etag.size() - 2);
    return std::string(etag);
}

std::string url_encoded(std::string_view text, const std::optional<std::string>& encoding) {
    if (encoding != "url") return std::string(text);
    std::string out = percent_encode(text, true);
    for (std::size_t at = 0; (at = out.find("%20", at)) != std::string::npos;)
        out.replace(at, 3, "+");
    return out;
}

}  // namespace freshet::aws::s3_words
