// What the files of the S3 rim share: faults in S3's words, attributes to and from requests, conditions.
#pragma once
#include <optional>
#include <string>

#include "aws/fault.h"
#include "aws/http/checked_body.h"
#include "aws/model/s3.h"
#include "aws/router.h"
#include "objects/objects.h"

namespace freshet::aws::s3_words {

/// `resource`: "/bucket/key"
std::unexpected<Fault> refuse(const Error& error, const std::string& bucket, const std::string& key = "");
std::unexpected<Fault> refuse(const char* code, std::string message, int status);

/// Errors of names that no bucket or object may have.
Answer<void> check_bucket_name(const std::string& name);
Answer<void> check_key(const std::string& key);

std::string quoted_tag(const std::string& etag);
std::string unquoted(std::string_view etag);
/// `text` as encoding-type=url wants it.
std::string url_encoded(std::string_view text, const std::optional<std::string>& encoding);

/// Reads the named headers of a request into attributes.
template <class Input>
objects::Attributes attributes_of(const Input& input) {
    objects::Attributes attributes;
    const auto add = [&](const char* name, const std::optional<std::string>& value) {
        if (value) attributes[name] = *value;
    };
    add("content-type", input.content_type);
    add("content-encoding", input.content_encoding);
    add("content-language", input.content_language);
    add("content-disposition", input.content_disposition);
    add("cache-control", input.cache_control);
    if (input.expires) attributes["expires"] = to_http_date(*input.expires);
    for (const auto& [name, value] : input.metadata.value_or(std::vector<std::pair<std::string, std::string>>())) attributes["x-amz-meta-" + name] = value;
    // The framing of the transfer is not the object's encoding.
    auto& encoding = attributes["content-encoding"];
    if (encoding.starts_with("aws-chunked")) encoding.erase(0, encoding.find_first_not_of(", ", 11) == std::string::npos ? encoding.size() : encoding.find_first_not_of(", ", 11));
    if (encoding.empty()) attributes.erase("content-encoding");
    return attributes;
}

template <class Output>
void fill_checksum(Output& out, const objects::Attributes& attributes) {
    const auto get = [&](Checksum algorithm) -> std::optional<std::string> {
        const auto found = attributes.find(header_of(algorithm));
        return found == attributes.end() ? std::nullopt : std::optional(found->second);
    };
    out.checksum_crc32 = get(Checksum::crc32);
    out.checksum_crc32_c = get(Checksum::crc32c);
    out.checksum_crc64_nvme = get(Checksum::crc64nvme);
    out.checksum_sha1 = get(Checksum::sha1);
    out.checksum_sha256 = get(Checksum::sha256);
}

/// Writes attributes into a GetObject or HeadObject answer. Checksums only when asked for.
template <class Output>
void fill(Output& out, const objects::ObjectInfo& object, bool with_checksum) {
    const auto get = [&](const char* name) -> std::optional<std::string> {
        const auto found = object.attributes.find(name);
        return found == object.attributes.end() ? std::nullopt : std::optional(found->second);
    };
    out.e_tag = quoted_tag(object.etag);
    out.last_modified = object.modified;
    out.accept_ranges = "bytes";
    out.content_type = get("content-type").value_or("binary/octet-stream");
    out.content_encoding = get("content-encoding");
    out.content_language = get("content-language");
    out.content_disposition = get("content-disposition");
    out.cache_control = get("cache-control");
    if (const auto expires = get("expires")) out.expires = parse_http_date(*expires);
    for (const auto& [name, value] : object.attributes) {
        if (!name.starts_with("x-amz-meta-")) continue;
        if (!out.metadata) out.metadata.emplace();
        out.metadata->emplace_back(name.substr(11), value);
    }
    if (!with_checksum) return;
    fill_checksum(out, object.attributes);
}

/// If-Match and If-None-Match of a write.
Answer<objects::WriteCondition> write_condition(const std::optional<std::string>& if_match, const std::optional<std::string>& if_none_match);

void register_buckets(Router& router, io::Core& home, objects::Objects& objects);
void register_objects(Router& router, io::Core& home, objects::Objects& objects);
void register_uploads(Router& router, io::Core& home, objects::Objects& objects);

}  // namespace freshet::aws::s3_words
