// Amazon S3: AWS's words to objects/, and back.
#pragma once
#include "aws/router.h"
#include "objects/objects.h"

namespace freshet::aws {
void register_s3(Router& router, io::Core& home, objects::Objects& objects);
}  // namespace freshet::aws
