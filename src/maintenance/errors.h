// What the maintenance service refuses.
#pragma once
#include "base/error.h"

namespace freshet::maintenance {

enum class Errc {
    not_found,    ///< no such table, run or policy
    invalid,      ///< options that do not fit the table
    running,      ///< a run of this table is under way
    not_running,  ///< it has ended: there is nothing to stop
    unfit,        ///< an object that is left alone; the message begins with its key
    failed        ///< the run cannot continue; the message names the object or the partition
};

}  // namespace freshet::maintenance

template <>
struct freshet::ErrorTraits<freshet::maintenance::Errc> {
    static const ErrorDomain& domain();
};
