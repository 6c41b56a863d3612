// Amazon Athena: AWS's words to query/, and back.
#pragma once
#include "aws/router.h"
#include "query/query.h"

namespace freshet::aws {
void register_athena(Router& router, query::Query& query);
}  // namespace freshet::aws
