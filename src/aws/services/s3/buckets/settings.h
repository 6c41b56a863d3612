// What is configured of a bucket: the names that objects/ keeps its settings by.
#pragma once
#include <optional>
#include <string>

#include "aws/fault.h"
#include "aws/services/s3/words.h"
#include "objects/objects.h"

namespace freshet::aws::s3_words {

inline constexpr const char* ownership_setting = "ownership";  ///< an ObjectOwnership
inline constexpr const char* tagging_setting = "tagging";      ///< as x-amz-tagging has it
// a PublicAccessBlockConfiguration
inline constexpr const char* public_access_setting = "public-access";
inline constexpr const char* cors_setting = "cors";  ///< a CORSConfiguration

/// 404 of a configuration that the bucket does not have.
inline std::unexpected<Fault> not_configured(const char* code, const char* message,
                                             const std::string& bucket) {
    return std::unexpected(Fault{code, message, 404, {{"BucketName", bucket}}});
}

/// Keeps what is configured; without a value nothing is. All that a verb does which says no more.
template <class Op>
io::Task<Answer<typename Op::Output>> configure(objects::Objects& objects, std::string bucket,
                                                const char* setting,
                                                std::optional<std::string> value) {
    auto kept = co_await objects.set(bucket, setting, std::move(value));
    if (!kept) co_return refuse(kept.error(), bucket);
    co_return typename Op::Output{};
}

}  // namespace freshet::aws::s3_words
