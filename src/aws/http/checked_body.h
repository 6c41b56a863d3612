// A streamed body, as S3 clients send it, without its framing: aws-chunked is taken apart, and what the
// client declared of the content (length, MD5, SHA-256, checksum in a header or a trailer) is compared
// with what came, at the last piece. A reader that sees the end has seen the whole, right body.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "io/http.h"

namespace freshet::aws {

enum class BodyErrc {
    incomplete,        ///< fewer bytes than declared, or a broken chunk
    bad_digest,        ///< MD5 or checksum differs
    bad_sha256,        ///< x-amz-content-sha256 differs
    invalid_digest,    ///< Content-MD5 is not sixteen bytes in base64
    invalid_checksum,  ///< a checksum header is not what its algorithm makes
};

/// The algorithms that S3 stores with an object and that Freshet computes.
enum class Checksum { crc32, crc32c, crc64nvme, sha1, sha256 };

/// A checksum as its header has it: base64.
struct DeclaredChecksum {
    Checksum algorithm;
    std::string value;
};

class CheckedBody : public io::BodyReader {
  public:
    /// After the end: the checksum that the client declared, if any.
    virtual std::optional<DeclaredChecksum> declared() const = 0;
    /// The number of content bytes that the client declared.
    virtual std::optional<std::uint64_t> content_length() const = 0;
};

/// "x-amz-checksum-crc32" and so on.
const char* header_of(Checksum algorithm);
std::optional<Checksum> checksum_of_header(std::string_view name);

/// Wraps `body`, which is read on the core where it was made.
std::unique_ptr<CheckedBody> make_checked_body(std::unique_ptr<io::BodyReader> body, const io::Headers& headers,
                                               std::optional<std::uint64_t> wire_length);

}  // namespace freshet::aws

template <>
struct freshet::ErrorTraits<freshet::aws::BodyErrc> {
    static const ErrorDomain& domain();
};
