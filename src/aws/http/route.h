// Which service and operation a request asks for.
#pragma once
#include <optional>
#include <string>

#include "aws/auth/authenticator.h"
#include "aws/fault.h"
#include "aws/http/rim.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

struct Route {
    const ServiceRim* service = nullptr;
    std::string operation;
    Pairs labels;                        ///< REST: bound by the URI template
    Pairs parameters;                    ///< query protocol: the form
    Protocol protocol = Protocol::json;  ///< that the answer speaks too
};

/// A request that no operation answers; the fault is in the words of `service`.
struct RouteFault {
    Fault fault;
    const ServiceRim* service;
    Protocol protocol = Protocol::json;
};
/// `form`: the body of a query-protocol request, else "". `target` gets what the Host names of it.
std::expected<Route, RouteFault> find_route(Services services, const std::string& method,
                                            const io::Headers& headers, Target& target,
                                            const CredentialScope& scope, const std::string& form);

/// True when Content-Encoding speaks of the request's body, not of the content that is kept.
bool may_be_compressed(const io::Headers& headers, bool is_form);

/// True when the request's body is a form that find_route() needs.
bool is_form(const std::string& method, const io::Headers& headers, const Target& target);

}  // namespace freshet::aws
