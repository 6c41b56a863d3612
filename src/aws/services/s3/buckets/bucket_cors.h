// The CORS rules that a bucket's owner configured.
#pragma once
#include <optional>
#include <string>

#include "aws/services/s3/requests/cors_rules.h"
#include "objects/objects.h"

namespace freshet::aws::s3_words {

/// Nothing when there is no such bucket, or it has none. Any core.
io::Task<std::optional<CorsRules>> cors_rules_of(objects::Objects& objects, std::string bucket);

}  // namespace freshet::aws::s3_words
