// Members that are not built: what a request uses of them is refused and never ignored. Which they
// are is in tools/awsgen/members, judged member by member.
#pragma once
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

/// Refuses, in the service's words, the first member of `input`, a value of the operation's input,
/// that is not built: "Freshet does not build Targets.SqsParameters of PutTargets". Lists and maps
/// add no step to a path; empty texts, structures, lists and maps hold nothing. `account`: the
/// caller's, which "{account}" stands for in Unbuilt::only.
Answer<void> refuse_unbuilt(const OperationInfo& operation, const void* input,
                            std::string_view account);

}  // namespace freshet::aws
