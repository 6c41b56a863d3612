// A delivery that failed, in AWS's words (developer guide, "Monitoring with CloudWatch Logs").
#pragma once
#include <string>

#include "base/error.h"
#include "delivery/types.h"

namespace freshet::delivery {

/// "S3.NoSuchBucket"
std::string failure_code(const Error& error);
/// A JSON object with the members of AWS's error messages.
std::string failure_line(const DeliveryStream& stream, const Error& error);

}  // namespace freshet::delivery
