// Amazon Kinesis Data Analytics for SQL (version 2015-08-14): AWS's words to analytics/, and back.
#pragma once
#include "analytics/analytics.h"
#include "aws/router.h"

namespace freshet::aws {
void register_kinesisanalytics(Router& router, analytics::Applications& applications);
}  // namespace freshet::aws
