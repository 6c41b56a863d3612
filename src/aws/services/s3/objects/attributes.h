// What a client says of an object: from the members of a request to the attributes that objects/
// keeps, and back.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aws/fault.h"
#include "aws/services/s3/objects/checksums.h"
#include "aws/services/s3/tags.h"
#include "aws/services/s3/words.h"
#include "objects/types.h"

namespace freshet::aws::s3_words {

using objects::encryption_attribute;

/// How a body is staged: as its request asks, else as its bucket does.
objects::Encryption encryption_of(const std::optional<std::string>& asked,
                                  const objects::Settings& settings);
/// As the upload of a part was begun.
objects::Encryption encryption_of(const objects::Attributes& upload);

/// "gzip,aws-chunked" without the framing of the transfer, which is not the object's encoding.
std::string content_encoding_of(const std::string& header);
/// Puts user metadata into `attributes`; MetadataTooLarge over 2 KB.
Answer<void> keep_metadata(objects::Attributes& attributes,
                           const std::vector<std::pair<std::string, std::string>>& metadata);

/// The headers and the metadata of a request.
template <class Input>
Answer<objects::Attributes> described_in(const Input& input) {
    objects::Attributes attributes;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value && !value->empty()) attributes[name] = *value;
    };
    add("content-type", input.content_type);
    if (input.content_encoding)
        add("content-encoding", content_encoding_of(*input.content_encoding));
    add("content-language", input.content_language);
    add("content-disposition", input.content_disposition);
    add("cache-control", input.cache_control);
    add("expires", input.expires);
    if (input.metadata) {
        if (auto good = keep_metadata(attributes, *input.metadata); !good) return pass(good);
    }
    return attributes;
}

/// Those, and the tags.
template <class Input>
Answer<objects::Attributes> attributes_of(const Input& input) {
    auto attributes = described_in(input);
    if (!attributes || !input.tagging) return attributes;
    auto tags = tags_of_header(*input.tagging);
    if (!tags) return pass(tags);
    keep_tags(*attributes, *tags);
    return attributes;
}

/// Writes attributes into a GetObject or HeadObject answer, without checksums.
template <class Output>
void fill(Output& out, const objects::ObjectInfo& object) {
    const auto get = [&](const char* name) { return find(object.attributes, name); };
    out.e_tag = quoted_tag(object.etag);
    out.last_modified = object.modified;
    out.accept_ranges = "bytes";
    out.content_type = get("content-type").value_or("binary/octet-stream");
    out.content_encoding = get("content-encoding");
    out.content_language = get("content-language");
    out.content_disposition = get("content-disposition");
    out.cache_control = get("cache-control");
    out.server_side_encryption = get(encryption_attribute);
    out.expires = get("expires");
    if (const Tags tags = tags_of(object.attributes); !tags.empty())
        out.tag_count = static_cast<std::int32_t>(tags.size());
    for (const auto& [name, value] : object.attributes) {
        if (!name.starts_with("x-amz-meta-")) continue;
        if (!out.metadata) out.metadata.emplace();
        out.metadata->emplace_back(name.substr(11), value);
    }
}

/// The response-* members of a request, in the place of what the object says.
template <class Output, class Input>
void override_headers(Output& out, const Input& input) {
    if (input.response_content_type) out.content_type = input.response_content_type;
    if (input.response_content_disposition)
        out.content_disposition = input.response_content_disposition;
    if (input.response_content_encoding) out.content_encoding = input.response_content_encoding;
    if (input.response_content_language) out.content_language = input.response_content_language;
    if (input.response_cache_control) out.cache_control = input.response_cache_control;
    if (input.response_expires) out.expires = input.response_expires;
}

}  // namespace freshet::aws::s3_words
