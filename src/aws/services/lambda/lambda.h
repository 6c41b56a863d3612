// AWS Lambda: AWS's words to functions/, and back.
#pragma once
#include "aws/router.h"
#include "functions/functions.h"
#include "objects/objects.h"

namespace freshet::aws {
/// `objects`: code may come from a bucket.
void register_lambda(Router& router, functions::Functions& functions, objects::Objects& objects);
}  // namespace freshet::aws
