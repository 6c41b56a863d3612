// What a target is given: the scheduled event, a constant, a part of it, or a template over parts.
#pragma once
#include <string>

#include "base/error.h"
#include "schedule/types.h"

namespace freshet::schedule {

/// {"version":"0","id":...,"detail-type":"Scheduled Event",...}
std::string scheduled_event(const Rule& rule, Timestamp tick, const std::string& id);
/// What the target makes of it.
std::string input_of(const Target& target, const Rule& rule, Timestamp tick, const std::string& id);
/// Errc::invalid for paths that are not "$" or "$.member".
Result<> check_target(const Target& target);
std::string arn_of(const RuleKey& key);

}  // namespace freshet::schedule
