// S3's judgement of requests from browsers to a bucket that has CORS rules.
#pragma once
#include "aws/http/cors.h"
#include "aws/services/s3/requests/cors_rules.h"

namespace freshet::aws::s3_words {

/// `request` has an Origin; a preflight is answered, and so is what no rule allows and might change
/// something.
CorsGrant judge_by_rules(const CorsRules& rules, const io::HttpRequest& request);

}  // namespace freshet::aws::s3_words
