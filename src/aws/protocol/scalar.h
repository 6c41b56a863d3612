// Scalars as text: in headers, URIs, XML and query strings.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "aws/fault.h"
#include "aws/protocol/shape.h"

namespace freshet::aws {

/// The text of a boolean, number, string, blob (base64) or timestamp in `stamp`'s form.
std::string scalar_to_text(const Shape& shape, const void* value, Stamp stamp);

/// The opposite; a SerializationException when `text` is not of that kind.
Answer<void> scalar_from_text(const Shape& shape, std::string_view text, void* out, Stamp stamp);

/// "%41+b" to "A b" (`plus_is_space`) or "A+b"; broken escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_space);
/// Everything but letters, digits and -._~ is escaped; '/' too unless `keeps_slash`.
std::string percent_encode(std::string_view text, bool keeps_slash);

/// "a=1&b" as pairs, decoded, in order.
std::vector<std::pair<std::string, std::string>> parse_query_string(std::string_view text);

}  // namespace freshet::aws
