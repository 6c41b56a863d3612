// The home of handlers that have no state of their own.
#pragma once
#include "io/core.h"

namespace freshet::aws {

/// Handlers that are registered with this home run on the core of their connection: no message
/// between threads, and all cores share the work. Nothing runs on it itself.
io::Core& any_core();

/// Where a handler of `home` runs for a request that the current core has.
io::Core& core_for(io::Core& home);

}  // namespace freshet::aws
