// Members of requests of which Freshet builds some values. Those that AWS knows and Freshet does
// not build are refused before (tools/awsgen/members): what comes here and is not built is none of
// AWS's, and refused in S3's words.
#pragma once
#include <optional>
#include <string>

#include "aws/fault.h"

namespace freshet::aws::s3_words {

/// Canned ACLs that change nothing where all belongs to the bucket's owner.
Answer<void> check_acl(const std::optional<std::string>& acl);
/// STANDARD alone.
Answer<void> check_storage_class(const std::optional<std::string>& storage_class);
/// AES256 alone.
Answer<void> check_encryption(const std::optional<std::string>& encryption);

/// Any of the three.
Answer<void> check_ownership(const std::optional<std::string>& ownership);

/// Those members of any request of S3.
template <class Input>
Answer<void> check_values(const Input& in) {
    Answer<void> good;
    if constexpr (requires { in.acl; }) good = check_acl(in.acl);
    if constexpr (requires { in.storage_class; })
        good = good ? check_storage_class(in.storage_class) : good;
    if constexpr (requires { in.server_side_encryption; })
        good = good ? check_encryption(in.server_side_encryption) : good;
    if constexpr (requires { in.object_ownership; })
        good = good ? check_ownership(in.object_ownership) : good;
    return good;
}

}  // namespace freshet::aws::s3_words
