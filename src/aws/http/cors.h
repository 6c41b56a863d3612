// What pages of a browser may do (https://fetch.spec.whatwg.org/#http-cors-protocol): those that
// this machine serves may call the services, and further origins that the configuration names.
// Signatures are not verified yet, so any other site could read and write streams through its
// visitors' browsers: it is refused. A bucket that has rules of its own is opened by them alone: a
// page that they do not name may cause no write, and reads no answer. /_freshet/ is not opened to
// any.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/http/cors_rules.h"
#include "aws/protocol/shape.h"
#include "io/http/http.h"

namespace freshet::aws {

/// What is decided of one request.
struct CorsGrant {
    // a preflight's answer, or the refusal of a page that may not call
    std::optional<io::HttpResponse> answered;
    bool may_read = false;         ///< the page may read the answer
    std::optional<CorsRule> rule;  ///< of the bucket, that says so
};

class Cors {
  public:
    /// `origins`: "https://console.example.org", "*" for all. `buckets` may be empty.
    explicit Cors(std::vector<std::string> origins = {}, std::shared_ptr<BucketRules> buckets = {})
        : origins_(std::move(origins)), buckets_(std::move(buckets)) {}

    /// Judges a request with an Origin. `bucket`: that it speaks of, or "". `request` outlives the
    /// task.
    io::Task<CorsGrant> judge(const io::HttpRequest& request, std::string bucket) const;
    /// Lets the page read the answer of `service` (nullptr: of any), if it may.
    void open(const CorsGrant& grant, const std::string& origin, io::HttpResponse& response,
              const ServiceInfo* service = nullptr) const;

  private:
    bool is_named(std::string_view origin) const;
    CorsGrant judge_by_machine(const io::HttpRequest& request, std::string_view origin) const;

    std::vector<std::string> origins_;
    std::shared_ptr<BucketRules> buckets_;
};

}  // namespace freshet::aws
