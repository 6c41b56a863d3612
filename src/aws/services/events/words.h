// What the files of the EventBridge rim share: faults in its words, names of rules.
#pragma once
#include <optional>
#include <string>

#include "aws/errors.h"
#include "aws/router.h"
#include "schedule/schedule.h"

namespace freshet::aws::events_words {

inline constexpr int list_default = 100;  ///< of rules and of a rule's targets

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// 400 of a token that no page gave.
std::unexpected<Fault> refuse_token();

/// A rule of the default bus, which is all that there is; `bus` by its name or its ARN.
Answer<schedule::RuleKey> key_of(const Caller& caller, const std::string& name,
                                 const std::optional<std::string>& bus);

void register_rules(Router& router, schedule::Schedules& schedules);
void register_targets(Router& router, schedule::Schedules& schedules);

}  // namespace freshet::aws::events_words
