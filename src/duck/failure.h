// What ended a query, in Trino's words. The engine gives its errors a broad type and a sentence, no
// code: this is the only place that reads those sentences. What this module raises itself has its
// code (raise.h).
#pragma once
#include <exception>

#include "sql/plan/plan.h"
#include "sql/plan/wire.h"

namespace freshet::duck {

/// `problem`: what the engine threw while it ran `plan`.
sql::plan::Failed failure_of(const std::exception& problem, const sql::plan::QueryPlan& plan);

}  // namespace freshet::duck
