#include "aws/services/s3/values.h"

#include <algorithm>

#include "aws/services/s3/words.h"

namespace freshet::aws::s3_words {

Answer<void> check_acl(const std::optional<std::string>& acl) {
    if (!acl || *acl == "private" || *acl == "bucket-owner-full-control") return {};
    return refuse_argument("The ACL is none of the canned ACLs", "x-amz-acl", *acl);
}

Answer<void> check_storage_class(const std::optional<std::string>& storage_class) {
    if (!storage_class || *storage_class == "STANDARD") return {};
    return refuse("InvalidStorageClass", "The storage class you specified is not valid", 400);
}

Answer<void> check_encryption(const std::optional<std::string>& encryption) {
    if (!encryption || *encryption == "AES256") return {};
    return refuse_argument("The encryption method specified is not supported",
                           "x-amz-server-side-encryption", *encryption);
}

Answer<void> check_ownership(const std::optional<std::string>& ownership) {
    static constexpr std::string_view known[] = {"BucketOwnerEnforced", "BucketOwnerPreferred",
                                                 "ObjectWriter"};
    if (!ownership || std::ranges::find(known, *ownership) != std::end(known)) return {};
    return refuse_argument("Invalid x-amz-object-ownership header: " + *ownership,
                           "x-amz-object-ownership", *ownership);
}

}  // namespace freshet::aws::s3_words
