// Amazon Data Firehose: AWS's words to delivery/, and back.
#pragma once
#include "aws/router.h"
#include "delivery/delivery.h"

namespace freshet::aws {
/// A delivery that failed, as a line of its log: a JSON object with the members of AWS's error
/// messages (developer guide, "Monitoring with CloudWatch Logs").
std::string failure_line(const delivery::DeliveryStream& stream, const Error& error);
std::string failure_line(const delivery::DeliveryStream& stream, const std::string& code,
                         const std::string& message);
void register_firehose(Router& router, delivery::Deliveries& deliveries);
}  // namespace freshet::aws
