// Amazon EventBridge: AWS's words to schedule/, and back.
#pragma once
#include "aws/router.h"
#include "schedule/schedule.h"

namespace freshet::aws {
void register_events(Router& router, schedule::Schedules& schedules);
}  // namespace freshet::aws
