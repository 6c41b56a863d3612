// Which service and operation a request means.
#pragma once
#include <optional>
#include <string>

#include "aws/auth/authenticator.h"
#include "aws/fault.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

struct Route {
    const ServiceInfo* service = nullptr;
    std::string operation;
    Pairs labels;                        ///< REST: bound by the URI template
    Pairs parameters;                    ///< query protocol: the form
    Protocol protocol = Protocol::json;  ///< that the answer speaks too
};

/// `form`: the body of a query-protocol request, else "". The fault is in the words of
/// `fault_service`.
struct RouteFault {
    Fault fault;
    const ServiceInfo* service;
    Protocol protocol = Protocol::json;
};
std::expected<Route, RouteFault> find_route(const std::string& method, const io::Headers& headers,
                                            Target& target, const CredentialScope& scope,
                                            const std::string& form);

/// The bucket that the host or the first part of the path names, if the request is one of S3: else
/// what would be one.
std::string bucket_of(const io::Headers& headers, const Target& target);

/// True when Content-Encoding speaks of the request's body, not of an object's content as S3's
/// does.
bool may_be_compressed(const io::Headers& headers, bool is_form);

/// True when the request's body is a form that find_route() needs.
bool is_form(const std::string& method, const io::Headers& headers, const Target& target);

}  // namespace freshet::aws
