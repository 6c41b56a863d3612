// Who may call the APIs below /_freshet/api/: pages that this server served, and programs of this
// machine. A site that someone visits is kept out three times: by name (one that it pointed at this
// machine is none of the server's), by origin, and because what changes something wants a header
// that a browser does not send to another site without asking first - and that question is not
// answered.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "io/http.h"

namespace freshet::aws {

struct Foreign {
    int status = 403;
    std::string message;  ///< for whoever calls with a program of their own
};

/// Why a request is not answered; nothing when it goes on. GET and HEAD need the server's own name
/// only, as another site cannot read what they answer; others also `Content-Type: application/json`
/// or `X-Freshet-Request: 1`, and no other site's Origin.
std::optional<Foreign> refuse_foreign(const io::HttpRequest& request);

/// Someone typed the server's address into a browser: GET / that wants a page, of no S3 client's
/// (those sign, or ask for no HTML). The user interface is what they want to see.
bool is_visit(const io::HttpRequest& request);

/// An address or "localhost", with a port or without: no name that another site could point here.
bool is_own_host(std::string_view host);

}  // namespace freshet::aws
