// What the services say that they took from the log, held against the log: a start that finds more
// taken than there is has a log that is older than meta.db.
#pragma once
#include "log/log.h"
#include "meta/database.h"

namespace freshet::app {

Result<> check_claims(const meta::Database& database, log::Log& log);

}  // namespace freshet::app
