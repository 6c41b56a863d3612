// Signs requests with AWS Signature Version 4, for the command line, which works against AWS too.
#pragma once
#include <string>

#include "base/time.h"
#include "io/http/http.h"

namespace freshet::aws {

struct Credentials {
    std::string access_key, secret_key, session_token;
};

/// Adds X-Amz-Date, Authorization and, with a token, X-Amz-Security-Token. `request` must have its
/// Host header; its target is a path without a query.
void sign(io::ClientRequest& request, const Credentials& credentials, const std::string& region,
          std::string_view service, Timestamp now);

}  // namespace freshet::aws
