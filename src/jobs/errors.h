// What the jobs service refuses.
#pragma once
#include "base/error.h"

namespace freshet::jobs {

enum class Errc {
    not_found,      ///< no such job, run, trigger or bookmark
    exists,         ///< one of that name is there, with other settings
    invalid,        ///< a value that does not fit
    too_many,       ///< more jobs, triggers or runs than limits.h has
    too_many_runs,  ///< of this job at once
    wrong_state,    ///< a run that has ended cannot be stopped
    unavailable     ///< storage refused; try again
};

}  // namespace freshet::jobs

template <>
struct freshet::ErrorTraits<freshet::jobs::Errc> {
    static const ErrorDomain& domain();
};
