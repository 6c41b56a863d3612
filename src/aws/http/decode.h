// How a request is read: its members from the URI, the headers and the body, held against AWS's
// model and against what is built.
#pragma once
#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/http/body/held_body.h"
#include "aws/http/route.h"
#include "aws/router.h"
#include "io/core.h"
#include "io/http/http.h"

namespace freshet::aws {

/// Fills `input`, a value of the operation's input. A streamed body is left to the handler, any
/// other is counted in `share`. What is referred to outlives the task.
io::Task<Answer<void>> decode_request(const Router::Entry& entry, const Route& route,
                                      const Target& target, io::HttpRequest& request,
                                      const Caller& caller, BodyBudget::Share& share, void* input);

}  // namespace freshet::aws
