// AWS Lambda: AWS's words to functions/, and back.
#pragma once
#include "aws/router.h"
#include "functions/functions.h"
#include "objects/objects.h"

namespace freshet::aws {
class CodeLinks;
/// `objects`: code may come from a bucket. `links`: where it can be had again.
void register_lambda(Router& router, functions::Functions& functions, objects::Objects& objects,
                     const CodeLinks& links);
}  // namespace freshet::aws
