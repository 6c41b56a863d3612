// What the analytics service refuses.
#pragma once
#include "base/error.h"

namespace freshet::analytics {

enum class Errc {
    not_found,              ///< no such application, input or output
    in_use,                 ///< a name that is there, or a status that does not allow it
    invalid_argument,       ///< a value that does not fit
    invalid_code,           ///< the SQL, with line and column
    invalid_configuration,  ///< what is there cannot be started
    wrong_version,          ///< the application was changed meanwhile
    limit_exceeded,         ///< more inputs or outputs than an application may have
    no_schema,              ///< the sample shows none
    unavailable             ///< storage refused; try again
};

}  // namespace freshet::analytics

template <>
struct freshet::ErrorTraits<freshet::analytics::Errc> {
    static const ErrorDomain& domain();
};
