// Amazon CloudWatch metrics: AWS's words to monitor/, and back.
#pragma once
#include "aws/router.h"
#include "monitor/metrics.h"

namespace freshet::aws {
void register_cloudwatch(Router& router, monitor::Metrics& metrics);
}  // namespace freshet::aws
