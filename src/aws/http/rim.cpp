#include "aws/http/rim.h"

#include <fmt/format.h>

#include "aws/http/cors.h"
#include "aws/http/route.h"
#include "aws/limits.h"
#include "base/check.h"

namespace freshet::aws {

const OperationName* ServiceRim::find_operation(std::string_view name) const {
    for (const OperationName& operation : info_.operations) {
        if (name == operation.name) return &operation;
    }
    return nullptr;
}

bool ServiceRim::is_asked(const io::Headers&, const CredentialScope&) const { return false; }

io::Task<EarlyAnswer> ServiceRim::before(io::HttpRequest&, const Target&,
                                         BodyBudget::Share&) const {
    co_return EarlyAnswer();
}

io::Task<std::optional<CorsGrant>> ServiceRim::judge_origin(const io::HttpRequest&,
                                                            const Target&) const {
    co_return std::nullopt;
}

Claim ServiceRim::claim(const Unnamed&) const { return Claim::none; }
void ServiceRim::complete_target(const io::Headers&, Target&) const {}

std::string ServiceRim::refine(const std::string&, const Route& route, const io::Headers&,
                               const Target&) const {
    return route.operation;
}

Fault ServiceRim::unrouted(const std::string& method, const io::Headers&,
                           const Target& target) const {
    return {"UnknownOperationException",
            fmt::format("No operation answers {} {}", method, target.path), 404};
}

Fault ServiceRim::unbuilt(std::string_view operation) const {
    return {"UnknownOperationException",
            fmt::format("Freshet does not build {} of {}", operation, info_.name), 400};
}

std::size_t ServiceRim::body_bytes_max(std::string_view) const { return limits::body_bytes_max; }

std::optional<Checksummed> ServiceRim::checksummed(std::string_view) const { return std::nullopt; }

Answer<void> ServiceRim::refuse_beyond(const OperationInfo&, const std::string&, const Target&,
                                       const io::Headers&) const {
    return {};
}

void ServiceRim::demand(const Shape&, const void*, Violations&) const {}
Answer<void> ServiceRim::admit(const OperationInfo&, const Caller&) const { return {}; }

std::string ServiceRim::root_of(std::string_view operation) const {
    return std::string(operation) + "Result";
}

void ServiceRim::add_headers(io::HttpResponse&, const Caller&) const {}
void ServiceRim::add_fault_headers(const Fault&, io::HttpResponse&) const {}
void ServiceRim::checksum(io::HttpResponse&) const {}

const ServiceRim& claimant(Services services, const Unnamed& request) {
    FRESHET_CHECK(!services.empty());
    const ServiceRim* strongest = services.front();
    Claim claim = Claim::none;
    for (const ServiceRim* service : services) {
        const Claim made = service->claim(request);
        if (made <= claim) continue;
        claim = made;
        strongest = service;
    }
    return *strongest;
}

}  // namespace freshet::aws
