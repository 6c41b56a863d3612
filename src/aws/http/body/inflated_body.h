// A request body that came with Content-Encoding: gzip (CloudWatch's clients compress theirs), as
// the bytes that were compressed. It inflates piece by piece, so a bomb costs its reader's limit at
// most.
#pragma once
#include <memory>

#include "io/http/http.h"

namespace freshet::aws {

/// `body` as it is, unless `headers` say gzip. A stream that is not gzip, or is cut short, reads as
/// BodyErrc::incomplete.
std::unique_ptr<io::BodyReader> make_inflated_body(std::unique_ptr<io::BodyReader> body,
                                                   const io::Headers& headers);

}  // namespace freshet::aws
