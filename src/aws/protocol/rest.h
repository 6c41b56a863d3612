// What the two REST protocols share: URI templates, and members that travel in the URI and in
// headers.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/fault.h"
#include "aws/protocol/shape.h"
#include "aws/protocol/validate.h"
#include "io/http/http.h"

namespace freshet::aws {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Where a request goes: the path still escaped, the query decoded.
struct Target {
    std::string path;
    Pairs query;
};

/// "/path?a=b" taken apart.
Target parse_target(std::string_view target);

/// How well `target` fits the model's "/{Bucket}/{Key+}?uploads": the labels it binds (decoded),
/// and a score, larger for more literal text; nothing when it does not fit.
struct Match {
    Pairs labels;
    int score = 0;
};
std::optional<Match> match_uri(std::string_view uri_template, const Target& target);

/// Fills the members of the operation's input that come from labels, query and headers.
Answer<void> decode_bindings(const OperationInfo& operation, const Pairs& labels,
                             const Target& target, const io::Headers& headers, void* out,
                             Violations& violations);

/// Writes the members that travel in headers; the status code when a member carries it.
void encode_bindings(const Shape& shape, const void* value, io::HttpResponse& response);

/// The member that is the whole body; nullptr when the body is a document of the body members.
const Member* payload_of(const Shape& shape);

}  // namespace freshet::aws
