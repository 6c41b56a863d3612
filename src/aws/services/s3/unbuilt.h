// Members of requests that ask for more than Freshet builds: refused by name, and by their value where some values ask for nothing.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "aws/fault.h"

namespace freshet::aws::s3_words {

/// Canned ACLs that change nothing where all belongs to the bucket's owner; others are refused.
Answer<void> check_acl(const std::optional<std::string>& acl, std::string_view operation);
/// STANDARD alone.
Answer<void> check_storage_class(const std::optional<std::string>& storage_class, std::string_view operation);
/// AES256 alone.
Answer<void> check_encryption(const std::optional<std::string>& encryption, std::string_view operation);

/// The values of members that any of S3's requests may hold: AWS's, and of those the ones that are built.
template <class Input>
Answer<void> check_built(std::string_view operation, const Input& in) {
    Answer<void> good;
    const auto check = [&](Answer<void> answer) {
        if (good) good = std::move(answer);
    };
    if constexpr (requires { in.acl; }) check(check_acl(in.acl, operation));
    if constexpr (requires { in.storage_class; }) check(check_storage_class(in.storage_class, operation));
    if constexpr (requires { in.server_side_encryption; }) check(check_encryption(in.server_side_encryption, operation));
    return good;
}

}  // namespace freshet::aws::s3_words
