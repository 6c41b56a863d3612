// What the files of the CloudWatch Logs rim share: faults in its words, groups by name or by ARN.
#pragma once
#include <optional>
#include <string>

#include "aws/errors.h"
#include "aws/router.h"
#include "monitor/logs.h"

namespace freshet::aws::logs_words {

using aws::refuse;
std::unexpected<Fault> refuse(const Error& error);
/// 400 of a token that no page gave.
std::unexpected<Fault> refuse_token();

/// A group by its name or by its ARN, "arn:...:log-group:NAME[:*]".
std::string group_name(const std::optional<std::string>& name,
                       const std::optional<std::string>& identifier);
std::string arn_of(const Caller& caller, const std::string& group);

void register_groups(Router& router, monitor::Logs& logs);
void register_events(Router& router, monitor::Logs& logs);

}  // namespace freshet::aws::logs_words
