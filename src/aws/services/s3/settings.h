// What is configured of a bucket: the names that objects/ keeps its settings by.
#pragma once
#include <string>

#include "aws/fault.h"

namespace freshet::aws::s3_words {

inline constexpr const char* ownership_setting = "ownership";          ///< an ObjectOwnership
inline constexpr const char* tagging_setting = "tagging";              ///< as x-amz-tagging has it
inline constexpr const char* public_access_setting = "public-access";  ///< a PublicAccessBlockConfiguration
inline constexpr const char* cors_setting = "cors";                    ///< a CORSConfiguration

/// 404 of a configuration that the bucket does not have.
inline std::unexpected<Fault> not_configured(const char* code, const char* message, const std::string& bucket) {
    return std::unexpected(Fault{code, message, 404, {{"BucketName", bucket}}});
}

}  // namespace freshet::aws::s3_words
