// The contract of an HTTP endpoint (developer guide, "HTTP endpoint delivery request and response
// specifications"): the request, what its answer means, how long is waited before the next try.
// Pure.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "delivery/options.h"
#include "delivery/stages/transform.h"
#include "io/http/http.h"

namespace freshet::delivery {

/// An address taken apart: "http://host:port", and the path with its query.
struct Address {
    std::string origin, target;
};
/// Errc::invalid_argument when it is not one of http or https.
Result<Address> address_of(const std::string& url);

/// `id`: the same at each try, so that a receiver knows a request that it has seen.
io::ClientRequest endpoint_request(const HttpEndpoint& endpoint, const Address& address,
                                   const std::string& id, const std::string& source_arn,
                                   Timestamp now, std::span<const Item> items);

struct EndpointProblem {
    StageProblem problem;
    bool is_permanent = false;  ///< a further try would end the same
};
/// Nothing when the answer accepts the request `id`.
std::optional<EndpointProblem> judge(const Result<io::ClientResponse>& response,
                                     const std::string& id);

/// Before try `attempts` + 1: a second, doubled each time up to two minutes, within 15 %.
Millis endpoint_delay(int attempts, std::uint64_t seed);

/// A line of an http-endpoint-failed object.
void append_endpoint_failed(const Item& item, const FailedLine& line, const std::string& data_id,
                            std::string& out);

}  // namespace freshet::delivery
