// What the functions service refuses.
#pragma once
#include "base/error.h"

namespace freshet::functions {

enum class Errc {
    not_found,       ///< no such function, or no such statement in its policy
    exists,          ///< a function or a statement of that name is there
    invalid,         ///< code, runtime, handler or environment that cannot be taken
    wrong_revision,  ///< the function was changed meanwhile
    too_large,       ///< a payload over its limit
    no_runtime,      ///< what runs the function is not on this machine
    too_many         ///< as many calls wait as may
};

}  // namespace freshet::functions

template <>
struct freshet::ErrorTraits<freshet::functions::Errc> {
    static const ErrorDomain& domain();
};
