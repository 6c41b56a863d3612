// What the files of the S3 rim share: faults in S3's words, names, and the registration of each family of verbs.
#pragma once
#include <optional>
#include <string>

#include "aws/fault.h"
#include "aws/router.h"
#include "objects/objects.h"

namespace freshet::aws {
class CheckedBody;
}

namespace freshet::aws::s3_words {

/// `resource`: "/bucket/key"
std::unexpected<Fault> refuse(const Error& error, const std::string& bucket, const std::string& key = "");
std::unexpected<Fault> refuse(const char* code, std::string message, int status);
/// 400 of an argument, which S3 names with its value.
std::unexpected<Fault> refuse_argument(std::string message, const char* name, std::string value);
std::unexpected<Fault> malformed_xml();
/// 501: "Freshet does not build `what` of `operation`".
std::unexpected<Fault> unbuilt(std::string_view what, std::string_view operation);

/// 411 without a length, 400 over 5 GiB.
Answer<void> check_length(const CheckedBody& body);
/// Errors of names that no bucket or object may have.
Answer<void> check_bucket_name(const std::string& name);
Answer<void> check_key(const std::string& key);

std::string quoted_tag(const std::string& etag);
std::string unquoted(std::string_view etag);
/// `text` as encoding-type=url wants it.
std::string url_encoded(std::string_view text, const std::optional<std::string>& encoding);

void register_buckets(Router& router, io::Core& home, objects::Objects& objects);
void register_listing(Router& router, io::Core& home, objects::Objects& objects);
void register_objects(Router& router, io::Core& home, objects::Objects& objects);
void register_deletes(Router& router, io::Core& home, objects::Objects& objects);
void register_copies(Router& router, io::Core& home, objects::Objects& objects);
void register_uploads(Router& router, io::Core& home, objects::Objects& objects);
void register_parts(Router& router, io::Core& home, objects::Objects& objects);
void register_tagging(Router& router, io::Core& home, objects::Objects& objects);
void register_object_attributes(Router& router, io::Core& home, objects::Objects& objects);
void register_access(Router& router, io::Core& home, objects::Objects& objects);
void register_bucket_cors(Router& router, io::Core& home, objects::Objects& objects);
void register_encryption(Router& router, io::Core& home, objects::Objects& objects);
void register_configuration(Router& router, io::Core& home, objects::Objects& objects);

}  // namespace freshet::aws::s3_words
