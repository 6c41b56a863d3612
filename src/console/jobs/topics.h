// What pages watch of jobs: all of an account and region with their triggers, and one with its
// runs.
#pragma once
#include <string>

#include "base/bytes.h"
#include "console/parts.h"

namespace freshet::console {

/// Home core.
io::Task<Bytes> jobs_json(const Parts& parts, Home home);
/// Home core. With "error" when there is no such job.
io::Task<Bytes> job_json(const Parts& parts, Home home, std::string name);

}  // namespace freshet::console
