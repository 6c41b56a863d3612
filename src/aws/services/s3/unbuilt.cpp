#include "aws/services/s3/unbuilt.h"

#include <fmt/format.h>

#include <algorithm>

#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {
namespace {

constexpr std::string_view acls[] = {"private",       "public-read",       "public-read-write",        "authenticated-read",
                                     "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control", "log-delivery-write"};
constexpr std::string_view storage_classes[] = {"STANDARD",     "REDUCED_REDUNDANCY", "STANDARD_IA",  "ONEZONE_IA",        "INTELLIGENT_TIERING",
                                                "GLACIER",      "DEEP_ARCHIVE",       "OUTPOSTS",     "GLACIER_IR",        "SNOW",
                                                "EXPRESS_ONEZONE", "FSX_OPENZFS",     "FSX_ONTAP"};
constexpr std::string_view encryptions[] = {"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"};

template <std::size_t N>
bool knows(const std::string_view (&words)[N], const std::string& word) {
    return std::ranges::find(words, word) != std::end(words);
}

}  // namespace

Answer<void> check_acl(const std::optional<std::string>& acl, std::string_view operation) {
    if (!acl || *acl == "private" || *acl == "bucket-owner-full-control") return {};
    if (!knows(acls, *acl)) return refuse_argument("The ACL is none of the canned ACLs", "x-amz-acl", *acl);
    return unbuilt(fmt::format("the ACL {}", *acl), operation);
}

Answer<void> check_storage_class(const std::optional<std::string>& storage_class, std::string_view operation) {
    if (!storage_class || *storage_class == "STANDARD") return {};
    if (!knows(storage_classes, *storage_class)) return refuse("InvalidStorageClass", "The storage class you specified is not valid", 400);
    return unbuilt(fmt::format("the StorageClass {}", *storage_class), operation);
}

Answer<void> check_encryption(const std::optional<std::string>& encryption, std::string_view operation) {
    if (!encryption || *encryption == "AES256") return {};
    if (!knows(encryptions, *encryption)) {
        return refuse_argument("The encryption method specified is not supported", "x-amz-server-side-encryption", *encryption);
    }
    return unbuilt(fmt::format("the ServerSideEncryption {}", *encryption), operation);
}

}  // namespace freshet::aws::s3_words
