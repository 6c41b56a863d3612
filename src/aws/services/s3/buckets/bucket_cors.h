// The CORS rules of buckets, for the judge of requests from browsers.
#pragma once
#include <memory>

#include "aws/http/cors_rules.h"
#include "objects/objects.h"

namespace freshet::aws {
/// Any core.
std::shared_ptr<BucketRules> make_bucket_rules(objects::Objects& objects);
}  // namespace freshet::aws
