// What the files of the CloudWatch rim share: faults in its words, dimensions, bounds.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "aws/errors.h"
#include "aws/model/cloudwatch.h"
#include "aws/router.h"
#include "monitor/metrics.h"

namespace freshet::aws::cloudwatch_words {

/// AWS: of a sample's time, before now and after now.
inline constexpr Millis age_max = 14 * 24h, ahead_max = 2h;

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// 400 of a parameter's value.
std::unexpected<Fault> refuse_value(std::string message);

Answer<monitor::Dimensions> dimensions_of(
    const std::optional<std::vector<cloudwatch::Dimension>>& given);

void register_samples(Router& router, monitor::Metrics& metrics);
void register_points(Router& router, monitor::Metrics& metrics);

}  // namespace freshet::aws::cloudwatch_words
