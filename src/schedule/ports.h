// What schedules need of the services that they call; app/ports/schedule connects it.
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"
#include "schedule/types.h"

namespace freshet::schedule {

/// One call of a target, for a rule.
struct Call {
    std::string arn;
    Bytes event;
    std::string token;  ///< the same token is one call, however often it is asked for
    RuleKey rule;
};

class Callee {
  public:
    virtual ~Callee() = default;
    /// True for an ARN of a kind that can be called.
    virtual bool can_call(const std::string& arn) const = 0;
    /// Durable when it completes. Errc::not_found: there is nothing of that name;
    /// Errc::not_permitted: its policy does not let the rule call it.
    virtual io::Task<Result<>> call(Call call) = 0;
};

}  // namespace freshet::schedule
