// The life of a worker process: plans come in over one socket, answers go out, until the server
// closes it.
#pragma once

namespace freshet::duck {

/// Returns the exit status. The first plan makes the engine.
int serve_plans(int socket);

}  // namespace freshet::duck
