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
std::unexpected<Fault> refuse_member(std::string_view member, std::string_view operation);

/// Refuses what any of S3's requests may hold and Freshet does not build.
template <class Input>
Answer<void> check_built(std::string_view operation, const Input& in) {
    Answer<void> good;
    const auto absent = [&](const auto& member, std::string_view name) {
        if (good && member) good = refuse_member(name, operation);
    };
    const auto check = [&](Answer<void> answer) {
        if (good) good = std::move(answer);
    };
    if constexpr (requires { in.acl; }) check(check_acl(in.acl, operation));
    if constexpr (requires { in.storage_class; }) check(check_storage_class(in.storage_class, operation));
    if constexpr (requires { in.server_side_encryption; }) check(check_encryption(in.server_side_encryption, operation));
    if constexpr (requires { in.grant_full_control; }) absent(in.grant_full_control, "GrantFullControl");
    if constexpr (requires { in.grant_read; }) absent(in.grant_read, "GrantRead");
    if constexpr (requires { in.grant_read_acp; }) absent(in.grant_read_acp, "GrantReadACP");
    if constexpr (requires { in.grant_write; }) absent(in.grant_write, "GrantWrite");
    if constexpr (requires { in.grant_write_acp; }) absent(in.grant_write_acp, "GrantWriteACP");
    if constexpr (requires { in.website_redirect_location; }) absent(in.website_redirect_location, "WebsiteRedirectLocation");
    if constexpr (requires { in.write_offset_bytes; }) absent(in.write_offset_bytes, "WriteOffsetBytes");
    if constexpr (requires { in.sse_customer_algorithm; }) absent(in.sse_customer_algorithm, "SSECustomerAlgorithm");
    if constexpr (requires { in.sse_customer_key; }) absent(in.sse_customer_key, "SSECustomerKey");
    if constexpr (requires { in.sse_customer_key_md5; }) absent(in.sse_customer_key_md5, "SSECustomerKeyMD5");
    if constexpr (requires { in.copy_source_sse_customer_algorithm; }) absent(in.copy_source_sse_customer_algorithm, "CopySourceSSECustomerAlgorithm");
    if constexpr (requires { in.copy_source_sse_customer_key; }) absent(in.copy_source_sse_customer_key, "CopySourceSSECustomerKey");
    if constexpr (requires { in.copy_source_sse_customer_key_md5; }) absent(in.copy_source_sse_customer_key_md5, "CopySourceSSECustomerKeyMD5");
    if constexpr (requires { in.ssekms_key_id; }) absent(in.ssekms_key_id, "SSEKMSKeyId");
    if constexpr (requires { in.ssekms_encryption_context; }) absent(in.ssekms_encryption_context, "SSEKMSEncryptionContext");
    if constexpr (requires { in.bucket_key_enabled; }) {
        if (in.bucket_key_enabled.value_or(false)) absent(in.bucket_key_enabled, "BucketKeyEnabled");
    }
    if constexpr (requires { in.object_lock_mode; }) absent(in.object_lock_mode, "ObjectLockMode");
    if constexpr (requires { in.object_lock_retain_until_date; }) absent(in.object_lock_retain_until_date, "ObjectLockRetainUntilDate");
    if constexpr (requires { in.object_lock_legal_hold_status; }) {
        if (in.object_lock_legal_hold_status != "OFF") absent(in.object_lock_legal_hold_status, "ObjectLockLegalHoldStatus");
    }
    if constexpr (requires { in.object_lock_enabled_for_bucket; }) {
        if (in.object_lock_enabled_for_bucket.value_or(false)) absent(in.object_lock_enabled_for_bucket, "ObjectLockEnabledForBucket");
    }
    if constexpr (requires { in.mfa; }) absent(in.mfa, "MFA");
    return good;
}

}  // namespace freshet::aws::s3_words
