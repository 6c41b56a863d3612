// The loop of freshet-jq: a query, then batches of records, over a socket. The frames are those of
// frames.h.
#pragma once

namespace freshet::jq {

/// Until the peer is gone; the exit code of the process.
int serve(int socket);

}  // namespace freshet::jq
