// What schedules need of the services that they call; app/ports/schedule connects it.
#pragma once
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "io/core.h"

namespace freshet::schedule {

class Callee {
  public:
    virtual ~Callee() = default;
    /// True for an ARN of a kind that can be called.
    virtual bool can_call(const std::string& arn) const = 0;
    /// Durable when it completes. The same token is one call, however often it is asked for.
    /// Errc::not_found: there is nothing of that name.
    virtual io::Task<Result<>> call(std::string arn, Bytes event, std::string token) = 0;
};

}  // namespace freshet::schedule
