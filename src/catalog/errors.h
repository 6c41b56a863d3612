// What the catalog refuses.
#pragma once
#include "base/error.h"

namespace freshet::catalog {

enum class Errc {
    not_found,     ///< no such database, table or partition
    exists,        ///< there is one of that name
    invalid,       ///< values that do not fit the partition keys; an expression that is not one
    wrong_version  ///< the table was changed meanwhile
};

}  // namespace freshet::catalog

template <>
struct freshet::ErrorTraits<freshet::catalog::Errc> {
    static const ErrorDomain& domain();
};
