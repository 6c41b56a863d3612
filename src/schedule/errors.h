// What the schedule service refuses.
#pragma once
#include "base/error.h"

namespace freshet::schedule {

enum class Errc {
    not_found,       ///< no such rule
    invalid,         ///< an expression, a target or a rule in use
    limit_exceeded,  ///< more targets than a rule may have
    not_permitted,   ///< the target's policy does not let the rule call it
    unavailable      ///< storage refused; try again
};

}  // namespace freshet::schedule

template <>
struct freshet::ErrorTraits<freshet::schedule::Errc> {
    static const ErrorDomain& domain();
};
