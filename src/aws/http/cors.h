// Cross-origin requests: browsers may call the AWS services from any page, as they may call AWS
// (the caller signs with keys of its own; no cookie is ever read). Nothing below /_freshet/ is
// opened to them.
#pragma once
#include <optional>

#include "io/http.h"

namespace freshet::aws {

/// The answer to a browser's question before a request (OPTIONS with Origin); nothing for other
/// requests.
std::optional<io::HttpResponse> answer_preflight(const io::HttpRequest& request);

/// Lets a page of another origin read the answer.
void allow_any_origin(io::HttpResponse& response);

}  // namespace freshet::aws
