// What the dashboards service refuses.
#pragma once
#include "base/error.h"

namespace freshet::dashboards {

enum class Errc {
    not_found,   ///< no such data source, data set or dashboard
    exists,      ///< one of that id is there
    invalid,     ///< a name, a reference, a column or the SQL
    in_use,      ///< something names it still
    unavailable  ///< storage or the query service refused; try again
};

}  // namespace freshet::dashboards

template <>
struct freshet::ErrorTraits<freshet::dashboards::Errc> {
    static const ErrorDomain& domain();
};
