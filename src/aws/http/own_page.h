// Who may call the APIs below /_freshet/api/: pages that this server served, and programs of this
// machine. A site that someone visits is kept out three times: by name (Hosts), by origin, and
// because a changing request needs a header that makes a browser send a CORS preflight, which is
// not answered.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "io/http/http.h"

namespace freshet::aws {

struct Foreign {
    int status = 403;
    std::string message;  ///< for whoever calls with a program of their own
};

/// Why a request is not answered; nothing when it continues. GET and HEAD want nothing, as another
/// site cannot read what they answer; others want `Content-Type: application/json` or
/// `X-Freshet-Request: 1`, and no other site's Origin.
std::optional<Foreign> refuse_foreign(const io::HttpRequest& request);

/// Below /_freshet/ as a whole, no page of another site changes anything: 403 for a request that
/// may, with another site's Origin.
std::optional<io::HttpResponse> refuse_foreign_origin(const io::HttpRequest& request);

/// Someone typed the server's address into a browser: GET / that wants a page, of no S3 client's
/// (those sign, or ask for no HTML). The user interface is what they want to see.
bool is_visit(const io::HttpRequest& request);

}  // namespace freshet::aws
