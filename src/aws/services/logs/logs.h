// Amazon CloudWatch Logs: AWS's words to monitor/, and back.
#pragma once
#include "aws/router.h"
#include "monitor/logs.h"

namespace freshet::aws {
void register_logs(Router& router, monitor::Logs& logs);
}  // namespace freshet::aws
