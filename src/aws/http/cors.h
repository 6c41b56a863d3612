// What pages of a browser may do (https://fetch.spec.whatwg.org/#http-cors-protocol): those that
// this machine serves may call the services, and further origins that the configuration names.
// Signatures are not verified yet, so any other site could read and write streams through its
// visitors' browsers: it is refused. A resource with rules of its own (a bucket of S3) is opened by
// them alone: a page that they do not name may cause no write, and reads no answer. /_freshet/ is
// not opened to any.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/http/rim.h"
#include "io/http/http.h"

namespace freshet::aws {

/// What is decided of one request.
struct CorsGrant {
    /// A preflight's answer, or the refusal of a page that may not call.
    std::optional<io::HttpResponse> answered;
    bool may_read = false;  ///< the page may read the answer
    /// Of a resource with rules of its own: the headers by which they open the answer.
    Pairs headers;
};

/// "http://localhost:3000" and the like: a page that comes from this machine.
bool is_local_origin(std::string_view origin);

/// Unchanging after its construction; any core.
class Cors {
  public:
    /// `origins`: "https://console.example.org", "*" for all.
    explicit Cors(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

    /// Judges a request with an Origin. What is referred to outlives the task.
    io::Task<CorsGrant> judge(Services services, const io::HttpRequest& request,
                              const Target& target) const;
    /// Lets the page read the answer of `service` (nullptr: of any), if it may.
    void open(const CorsGrant& grant, const std::string& origin, io::HttpResponse& response,
              const ServiceRim* service = nullptr) const;

  private:
    bool is_named(std::string_view origin) const;
    CorsGrant judge_by_machine(const io::HttpRequest& request, std::string_view origin) const;

    std::vector<std::string> origins_;
};

}  // namespace freshet::aws
