// The front of the server: takes an HTTP request, finds its service and operation, decodes and
// validates it, calls the handler on its home core, and encodes the answer or the fault in the
// service's protocol.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "aws/auth/authenticator.h"
#include "aws/http/body/held_body.h"
#include "aws/http/cors.h"
#include "aws/http/hosts.h"
#include "aws/http/route.h"
#include "aws/router.h"
#include "io/http/http.h"

namespace freshet::aws {

/// Answers everything below /_freshet/: health, metrics, the user interface.
class ConsoleHandler {
  public:
    virtual ~ConsoleHandler() = default;
    /// Runs on the connection's core.
    virtual io::Task<io::HttpResponse> handle(io::HttpRequest request) = 0;
};

/// One count a (service, operation, code); "" is success.
struct RequestCount {
    std::string service, operation, code;
    std::uint64_t requests;
};

/// Made when every service has registered its operations; `router` and `console` outlive it, and it
/// outlives the listening server. Any core may call it at any time.
class Front {
  public:
    Front(const Router& router, Authenticator authenticator, ConsoleHandler& console,
          Cors cors = Cors(), Hosts hosts = Hosts());
    ~Front();
    /// The HttpHandler of the server; any core.
    io::Task<io::HttpResponse> handle(io::HttpRequest request);
    std::vector<RequestCount> counts() const;
    /// What held bodies take, for others who hold some.
    BodyBudget& bodies() { return budget_; }

  private:
    struct Work;
    io::Task<io::HttpResponse> find_and_answer(std::shared_ptr<Work> work, io::HttpRequest request,
                                               Target target, CredentialScope scope);
    io::Task<io::HttpResponse> answer(std::shared_ptr<Work> work, io::HttpRequest request);
    /// The service whose before() judges the request before its operation is known, or nullptr.
    const ServiceRim* gate_of(const io::HttpRequest& request, const CredentialScope& scope) const;
    void count(const Work& work, const std::string& code);

    const Router& router_;
    Authenticator authenticator_;
    ConsoleHandler& console_;
    Cors cors_;
    std::vector<const ServiceRim*> gates_;  ///< the services that have one
    Hosts hosts_;
    BodyBudget budget_;
    struct Counters;
    std::unique_ptr<Counters> counters_;
};

}  // namespace freshet::aws
