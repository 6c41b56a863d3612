// What the files of the S3 rim share: faults in S3's words, names, and the registration of each
// family of verbs.
#pragma once
#include <optional>
#include <string>

#include "aws/errors.h"
#include "aws/router.h"
#include "objects/objects.h"

namespace freshet::aws {
class CheckedBody;
}

namespace freshet::aws::s3_words {

/// `resource`: "/bucket/key"
std::unexpected<Fault> refuse(const Error& error, const std::string& bucket,
                              const std::string& key = "");
using aws::refuse;
/// 400 of an argument, which S3 names with its value.
std::unexpected<Fault> refuse_argument(std::string message, const char* name, std::string value);
/// 400 of a token that no page gave.
std::unexpected<Fault> refuse_continuation(const std::optional<std::string>& token);
std::unexpected<Fault> malformed_xml();
/// 501: "Freshet does not build `what` of `operation`".
std::unexpected<Fault> unbuilt(std::string_view what, std::string_view operation);

/// 411 without a length, 400 over 5 GiB.
Answer<void> check_length(const CheckedBody& body);
/// Errors of names that no bucket or object may have.
Answer<void> check_bucket_name(const std::string& name);
Answer<void> check_key(const std::string& key);

/// An attribute by its name.
std::optional<std::string> find(const objects::Attributes& attributes, const char* name);

std::string quoted_tag(const std::string& etag);
std::string unquoted(std::string_view etag);
/// `text` as encoding-type=url wants it.
std::string url_encoded(std::string_view text, const std::optional<std::string>& encoding);

/// Registers the operations of one family of verbs.
using Family = void(Router& router, io::Core& home, objects::Objects& objects);
Family register_buckets, register_listing, register_objects, register_deletes, register_copies,
    register_uploads, register_parts, register_tagging, register_object_attributes, register_access,
    register_bucket_cors, register_encryption, register_configuration;

}  // namespace freshet::aws::s3_words
