// JSON documents to rows.
#pragma once
#include <memory>
#include <string_view>

#include "record/decode.h"

namespace freshet::record {

Result<std::unique_ptr<Decoder>> make_json_decoder(const Schema& schema);

/// The extent of the JSON document that begins at or behind `at`: moves `at` behind it. Empty at
/// the end. What is no object or array ends with its line.
std::string_view next_document(std::string_view text, std::size_t& at);

/// Text as a JSON string, quotes included.
void append_json_text(std::string_view text, std::string& out);

/// The members of a sample document, one level deep and two for nested objects: path ("$.a.b"), the
/// value as text, and its sort: 'n' number, 's' string, 'b' boolean, '0' null, 'j' array or object.
struct JsonMember {
    std::string path, name, text;
    char sort = '0';
};
std::optional<std::vector<JsonMember>> members_of(std::string_view document);

}  // namespace freshet::record
