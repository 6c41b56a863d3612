// AWS Glue's Data Catalog: AWS's words to catalog/, and back.
#pragma once
#include "aws/router.h"
#include "catalog/catalog.h"

namespace freshet::aws {
void register_glue(Router& router, catalog::Catalog& catalog);
}  // namespace freshet::aws
