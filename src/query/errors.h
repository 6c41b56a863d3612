// What the query service refuses at once. What fails later is a Problem of its Execution.
#pragma once
#include "base/error.h"

namespace freshet::query {

enum class Errc {
    // the request is wrong: statement too long, no output location, bad token
    invalid_request,
    syntax,     ///< the statement cannot be read; the message has line and column
    not_found,  ///< no such execution, work group or data catalog
    // results asked of an execution that is queued, running, failed or cancelled
    not_ready,
    no_such_database,  ///< of the metadata operations
    no_such_table,     ///< of the metadata operations
    failed,            ///< ask(): the query failed; the message is the Problem's
    metadata           ///< the catalog failed to answer
};

}  // namespace freshet::query

template <>
struct freshet::ErrorTraits<freshet::query::Errc> {
    static const ErrorDomain& domain();
};
