// What pages of a browser may do (https://fetch.spec.whatwg.org/#http-cors-protocol): those that this
// machine serves may call the services, and further origins that the configuration names. Signatures are
// not verified yet, so any other site could read and write streams through its visitors' browsers: it is
// refused. /_freshet/ is not opened to any.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/protocol/shape.h"
#include "io/http.h"

namespace freshet::aws {

class Cors {
  public:
    /// `origins`: "https://console.example.org", "*" for all.
    explicit Cors(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

    /// The answer to a preflight, or the refusal of a page that may not call; nothing when the request goes
    /// on.
    std::optional<io::HttpResponse> answer(const io::HttpRequest& request) const;
    /// Lets a page of `origin` read the answer of `service` (nullptr: of any).
    void open(std::string_view origin, io::HttpResponse& response, const ServiceInfo* service = nullptr) const;

  private:
    bool allows(std::string_view origin) const;
    std::vector<std::string> origins_;
};

}  // namespace freshet::aws
