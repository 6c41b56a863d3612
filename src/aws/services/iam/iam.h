// IAM roles and STS: AWS's words to identity/, and back.
#pragma once
#include "aws/router.h"
#include "identity/identity.h"

namespace freshet::aws {
void register_iam(Router& router, identity::Identities& identities);
void register_sts(Router& router, io::Core& home);
}  // namespace freshet::aws
