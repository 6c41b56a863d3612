// A streamed body, as S3 clients send it, without its framing: aws-chunked is taken apart, and what
// the client declared of the content (length, MD5, SHA-256, checksum in a header or a trailer) is
// compared with what came, at the last piece. A reader that sees the end has seen the whole, right
// body.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "aws/fault.h"
#include "aws/http/body/checksum.h"
#include "base/error.h"
#include "io/http/http.h"

namespace freshet::aws {

enum class BodyErrc {
    incomplete,        ///< fewer bytes than declared, or a broken chunk
    bad_digest,        ///< MD5 or checksum differs
    bad_sha256,        ///< x-amz-content-sha256 differs
    invalid_digest,    ///< Content-MD5 is not sixteen bytes in base64
    invalid_checksum,  ///< a checksum header is not what its algorithm makes
    bad_trailer,       ///< the checksum that x-amz-trailer announces did not come
    unbuilt_checksum,  ///< an algorithm that Freshet does not compute
};

class CheckedBody : public io::BodyReader {
  public:
    /// The algorithm that the client declares a checksum of, in a header or in a trailer.
    virtual std::optional<Checksum> algorithm() const = 0;
    /// Before the first read: computes `algorithm` too.
    virtual void compute(Checksum algorithm) = 0;
    /// After the end: base64 of a checksum that was declared or asked for.
    virtual std::optional<std::string> computed(Checksum algorithm) const = 0;
    /// The number of content bytes that the client declared.
    virtual std::optional<std::uint64_t> content_length() const = 0;
};

/// What a request's x-amz-checksum-* headers speak of.
enum class Checksummed { body, object };

/// Wraps `body`, which is read on the core where it was made.
std::unique_ptr<CheckedBody> make_checked_body(std::unique_ptr<io::BodyReader> body,
                                               const io::Headers& headers,
                                               std::optional<std::uint64_t> wire_length,
                                               Checksummed checksummed = Checksummed::body);

/// A BodyErrc in S3's words.
Fault body_fault(const Error& error);

}  // namespace freshet::aws

template <>
struct freshet::ErrorTraits<freshet::aws::BodyErrc> {
    static const ErrorDomain& domain();
};
