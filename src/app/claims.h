// What the parts say that they took from the log, held against the log: a start that finds more
// taken than there is has a log that is older than meta.db.
#pragma once
#include <span>

#include "app/part.h"

namespace freshet::app {

/// Before any part changes something.
Result<> check_claims(std::span<const PartKind> kinds, const meta::Database& database,
                      log::Log& log);

}  // namespace freshet::app
