// How an answer is written: its members and faults in the service's protocol, and the headers that
// each answer has.
#pragma once
#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/http/rim.h"
#include "aws/router.h"
#include "base/time.h"
#include "io/core.h"
#include "io/http/http.h"

namespace freshet::aws {

/// `home`: the core that makes what is streamed.
io::HttpResponse encode_answer(const Router::Entry& entry, Protocol protocol, const void* output,
                               io::Core& home, const Caller& caller, bool is_head);

io::HttpResponse encode_fault(const ServiceRim& service, Protocol protocol, Fault fault,
                              const Caller& caller, bool is_head);

/// The ids of the request, the time, and what the service adds; `service` may be nullptr.
void add_answer_headers(io::HttpResponse& response, const Caller& caller, const ServiceRim* service,
                        Timestamp now);

}  // namespace freshet::aws
