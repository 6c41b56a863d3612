// What a resource refers to by name: it must be in the file, or on the server already.
#pragma once
#include "pipeline/plan.h"

namespace freshet::pipeline {

/// The fault of the first thing that `resource` needs and that is in neither place.
io::Task<aws::Answer<void>> find_needs(Calls& calls, const Resource& resource,
                                       const std::vector<Named>& resources);

}  // namespace freshet::pipeline
