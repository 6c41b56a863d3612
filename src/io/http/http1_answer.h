// How an answer goes onto an HTTP/1.1 connection. Inside io/ only.
#pragma once
#include "io/http/http.h"
#include "io/http/http1_wire.h"

namespace freshet::io {

/// "Not Found" of 404.
const char* reason_of(int status);

/// The header and the body; `is_head`: the header alone. False when the connection cannot be kept.
/// `wire` outlives the task.
Task<bool> write_response(Wire& wire, HttpResponse response, bool is_head, bool is_kept);

}  // namespace freshet::io
