// What is refused of a job, and what it has when a user does not say. Pure.
#pragma once
#include "base/error.h"
#include "jobs/types.h"

namespace freshet::jobs {

/// Errc::invalid, in Glue's words where they are known.
Result<> check(const Settings& settings);
/// Of a run: what it sets of its own.
Result<> check_run(const std::string& command, const Arguments& arguments,
                   const std::optional<int>& timeout_min, const Capacity& capacity);
/// What Glue sets where a user sets nothing.
void set_defaults(Settings& settings);

}  // namespace freshet::jobs
