// What the lake service refuses.
#pragma once
#include "base/error.h"

namespace freshet::lake {

enum class Errc {
    not_found,    ///< no such crawler
    exists,       ///< a crawler of that name is there
    invalid,      ///< a target or a value that does not fit
    running,      ///< it runs: not now
    not_running,  ///< there is nothing to stop
    unavailable   ///< storage refused; try again
};

}  // namespace freshet::lake

template <>
struct freshet::ErrorTraits<freshet::lake::Errc> {
    static const ErrorDomain& domain();
};
