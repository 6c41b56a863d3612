// What is special about one service's requests and answers. aws/http asks these questions of the
// service that a request is for, and so knows no service by name; a folder of aws/services answers
// those that its service answers otherwise than most.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "aws/auth/authenticator.h"
#include "aws/caller.h"
#include "aws/fault.h"
#include "aws/http/body/checked_body.h"
#include "aws/http/body/held_body.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"
#include "io/http/http.h"

namespace freshet::aws {

struct CorsGrant;  // aws/http/cors.h
struct Route;      // aws/http/route.h

/// A request whose signature names no service that answers it, by what else it says.
struct Unnamed {
    enum class By : std::uint8_t { target, rpc_path, action, path };
    By by;
    std::string_view text;   ///< the target header, the path, or the action of a form
    bool is_signed = false;  ///< for a service that does not take such requests
};

/// How strongly a service claims such a request: the strongest claim gets it.
enum class Claim : std::uint8_t {
    none,
    fallback,  ///< when nobody knows it better
    own
};

/// What a service says to a request before its operation is known.
struct EarlyAnswer {
    std::optional<io::HttpResponse> refusal;  ///< ends the request
    /// Answers the request when its body is whole, and before what is in the body.
    std::optional<Fault> signature_fault;
};

/// One for each service, owned by the Router. Made before the server listens and alive as long as
/// it; called on every core at the same time, so it has no state that changes. Only admit() runs on
/// the home core of the operation. Each default is what most services do.
class ServiceRim {
  public:
    /// `info` is a table of the model: it lives as long as the program.
    explicit ServiceRim(const ServiceInfo& info) : info_(info) {}
    virtual ~ServiceRim() = default;
    ServiceRim(const ServiceRim&) = delete;
    ServiceRim& operator=(const ServiceRim&) = delete;

    const ServiceInfo& info() const { return info_; }
    /// nullptr when AWS has no such operation.
    const OperationName* find_operation(std::string_view name) const;

    // Before the operation is known.

    /// Whether before() must be asked at all, read once at the start.
    virtual bool has_gate() const { return false; }
    /// Whether a request is the service's, as far as its headers say.
    virtual bool is_asked(const io::Headers& headers, const CredentialScope& scope) const;
    /// Judges a request that is_asked(). The body may be read and put back. What is referred to
    /// outlives the task.
    virtual io::Task<EarlyAnswer> before(io::HttpRequest& request, const Target& target,
                                         BodyBudget::Share& share) const;
    /// Judges a request from a page of a browser by the rules of what it asks for. Nothing when
    /// there are none: the machine's own rules hold. What is referred to outlives the task.
    virtual io::Task<std::optional<CorsGrant>> judge_origin(const io::HttpRequest& request,
                                                            const Target& target) const;

    // Which operation it is.

    virtual Claim claim(const Unnamed& request) const;
    /// REST: puts what the Host names into the path.
    virtual void complete_target(const io::Headers& headers, Target& target) const;
    /// REST: the operation among those that share a method and a URI; that of `route` by default.
    virtual std::string refine(const std::string& method, const Route& route,
                               const io::Headers& headers, const Target& target) const;
    /// REST: the fault of a request that no URI of the model fits.
    virtual Fault unrouted(const std::string& method, const io::Headers& headers,
                           const Target& target) const;
    /// The fault of an operation that AWS has and Freshet does not build.
    virtual Fault unbuilt(std::string_view operation) const;

    // The request.

    /// The largest body that is held for the operation, bytes.
    virtual std::size_t body_bytes_max(std::string_view operation) const;
    /// What the checksums of a held body speak of; nothing when they are not read.
    virtual std::optional<Checksummed> checksummed(std::string_view operation) const;
    /// The code that asks a client to try again later.
    virtual const char* overloaded_code() const { return "ServiceUnavailable"; }
    /// Refuses what the URI and the headers ask for beside the operation.
    virtual Answer<void> refuse_beyond(const OperationInfo& operation, const std::string& method,
                                       const Target& target, const io::Headers& headers) const;
    /// Adds what the service demands of a decoded request and the model does not say.
    virtual void demand(const Shape& input, const void* value, Violations& violations) const;
    /// The code of a request that violates the model.
    virtual const char* violation_code() const { return "ValidationException"; }
    /// Whether the caller may call the operation now.
    virtual Answer<void> admit(const OperationInfo& operation, const Caller& caller) const;

    // The answer.

    /// REST-XML: the root element of the answer's document; "" when its one member is the root.
    virtual std::string root_of(std::string_view operation) const;
    /// Adds the headers that each answer of the service has.
    virtual void add_headers(io::HttpResponse& response, const Caller& caller) const;
    /// Adds what a fault says in headers.
    virtual void add_fault_headers(const Fault& fault, io::HttpResponse& response) const;
    /// Adds a checksum of the whole answer, after all else.
    virtual void checksum(io::HttpResponse& response) const;

  private:
    const ServiceInfo& info_;
};

/// Every service that the server speaks, in the order of their registration.
using Services = std::span<const ServiceRim* const>;

/// The service with the strongest claim; the first of equals. There is at least one service.
const ServiceRim& claimant(Services services, const Unnamed& request);

}  // namespace freshet::aws
