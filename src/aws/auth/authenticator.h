// Who sends a request, read from its SigV4 header or presigned query. Signatures are parsed and not
// yet verified, which is why the server refuses to listen on anything but loopback.
#pragma once
#include <string>

#include "aws/caller.h"
#include "aws/protocol/rest.h"
#include "io/http/http.h"

namespace freshet::aws {

/// "AKIA.../20260102/us-east-1/kinesis/aws4_request"; empty members when the request is unsigned.
struct CredentialScope {
    std::string access_key, date, region, service;
};

/// From the Authorization header, else from X-Amz-Credential in the query.
CredentialScope parse_scope(const io::Headers& headers, const Pairs& query);

class Authenticator {
  public:
    /// `account`: twelve digits, for access keys that are not an account themselves.
    explicit Authenticator(std::string account) : account_(std::move(account)) {}
    Caller identify(const CredentialScope& scope, const io::Headers& headers) const;

  private:
    std::string account_;
};

}  // namespace freshet::aws
