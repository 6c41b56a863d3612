// Sends the records of a cut to an HTTP endpoint, request by request. A receiver that knows the
// requests it has seen by their id has each record once: a request that a crash interrupts is sent
// again under the same id.
#pragma once
#include <functional>

#include "delivery/http/endpoint.h"
#include "delivery/naming/names.h"
#include "log/follow/follower.h"

namespace freshet::delivery {

/// send() once. What it is made with must outlive it.
class EndpointSender {
  public:
    struct Parts {
        io::Core& home;
        log::Follower& follower;  ///< its owner stops: so does the sender
        io::Signal wake;          ///< notified when the owner stops
        std::function<void(const StageProblem&)> on_problem;  ///< of each try that failed
    };
    EndpointSender(Parts parts, HttpEndpoint endpoint, std::string source_arn, CutNames names)
        : parts_(std::move(parts)),
          endpoint_(std::move(endpoint)),
          source_arn_(std::move(source_arn)),
          names_(std::move(names)) {}
    /// What the endpoint did not take is in the failures. Errc::cancelled when the owner stops.
    io::Task<Result<>> send(Flow& flow);
    std::uint64_t sent_requests() const { return sent_requests_; }
    std::uint64_t sent_records() const { return sent_records_; }
    std::uint64_t sent_bytes() const { return sent_bytes_; }

  private:
    /// A request under way. It outlives a sender that stops: nobody waits for a server that hangs.
    struct Exchange;
    static io::Task<void> run(std::shared_ptr<Exchange> exchange, io::ClientRequest request);
    /// Errc::cancelled when the owner stops.
    io::Task<Result<io::ClientResponse>> ask(io::ClientRequest request);
    io::Task<Result<>> send_request(std::span<const Item> items, std::size_t number,
                                    std::string& failed);
    Parts parts_;
    const HttpEndpoint endpoint_;
    const std::string source_arn_;
    const CutNames names_;
    Address address_;
    std::unique_ptr<io::HttpClient> client_;
    std::uint64_t sent_requests_ = 0, sent_records_ = 0, sent_bytes_ = 0;
};

}  // namespace freshet::delivery
