// Glue's jobs and triggers.
#pragma once
#include "aws/router.h"
#include "jobs/jobs.h"
#include "jobs/triggers.h"

namespace freshet::lake {
class Crawlers;
}

namespace freshet::aws {

/// After register_glue(), which adds the service.
void register_glue_jobs(Router& router, jobs::Jobs& jobs, jobs::Triggers& triggers,
                        lake::Crawlers& crawlers);

}  // namespace freshet::aws
