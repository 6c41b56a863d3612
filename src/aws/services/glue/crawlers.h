// AWS Glue's crawlers and classifiers: AWS's words to lake/, and back.
#pragma once
#include "aws/router.h"
#include "lake/lake.h"

namespace freshet::aws {
void register_glue_crawlers(Router& router, lake::Crawlers& crawlers);
void register_glue_classifiers(Router& router, lake::Classifiers& classifiers);
}  // namespace freshet::aws
