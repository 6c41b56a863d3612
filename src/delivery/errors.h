// What the delivery service refuses.
#pragma once
#include "base/error.h"

namespace freshet::delivery {

enum class Errc {
    not_found,         ///< no such delivery stream
    in_use,            ///< one of that name is there
    invalid_argument,  ///< a prefix, a buffer, a version that does not fit
    wrong_version,     ///< the stream was changed meanwhile
    wrong_source,      ///< records put into a stream that reads from Kinesis
    limit,             ///< more tags, or with AWS's limits calls in a day, than AWS takes
    no_schema,         ///< the table whose columns records are converted to is not there
    bad_schema,        ///< it cannot be written, or its text cannot be read
    worker_lost,       ///< the process that converts ended, or passed a limit, at these records
    throttled,         ///< more in a second than AWS takes, with its limits
    unavailable        ///< the log refused; nothing was kept; try again
};

}  // namespace freshet::delivery

template <>
struct freshet::ErrorTraits<freshet::delivery::Errc> {
    static const ErrorDomain& domain();
};
