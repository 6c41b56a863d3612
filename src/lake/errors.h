// What the lake service refuses.
#pragma once
#include "base/error.h"

namespace freshet::lake {

enum class Errc {
    not_found,    ///< no such crawler or classifier
    exists,       ///< one of that name is there
    invalid,      ///< a target or a value that does not fit
    running,      ///< it runs: not now
    not_running,  ///< there is nothing to stop
    stopping,     ///< it ends already
    no_schedule,
    schedule_running,
    schedule_not_running,
    too_many,    ///< a bound of limits.h
    unavailable  ///< storage refused; try again
};

}  // namespace freshet::lake

template <>
struct freshet::ErrorTraits<freshet::lake::Errc> {
    static const ErrorDomain& domain();
};
