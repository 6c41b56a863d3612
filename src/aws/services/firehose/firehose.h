// Amazon Data Firehose: AWS's words to delivery/, and back.
#pragma once
#include "aws/router.h"
#include "delivery/delivery.h"

namespace freshet::aws {
void register_firehose(Router& router, delivery::Deliveries& deliveries);
}  // namespace freshet::aws
