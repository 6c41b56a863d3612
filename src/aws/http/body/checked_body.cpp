#include "aws/http/body/checked_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "aws/errors.h"
#include "aws/http/body/chunked_body.h"
#include "base/crypto/digest.h"
#include "base/text/ascii.h"

namespace freshet {
const ErrorDomain& ErrorTraits<aws::BodyErrc>::domain() {
    static const ErrorDomain domain{"body"};
    return domain;
}
}  // namespace freshet

namespace freshet::aws {
namespace {

/// Headers that begin as checksums do and are none.
constexpr std::string_view no_checksums[] = {"x-amz-checksum-algorithm", "x-amz-checksum-type",
                                             "x-amz-checksum-mode"};

bool is_hex_sha256(std::string_view text) {
    return text.size() == 64 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

class Checked final : public CheckedBody {
  public:
    Checked(std::unique_ptr<io::BodyReader> body, const io::Headers& headers,
            std::optional<std::uint64_t> wire_length, Checksummed checksummed)
        : length_(wire_length) {
        // The hash of the payload says whether it is framed; Content-Encoding is the content's own
        // matter.
        const std::string_view sha = headers.get("x-amz-content-sha256");
        if (sha.starts_with("STREAMING-")) {
            auto inner = std::make_unique<ChunkedBody>(std::move(body));
            chunked_ = inner.get();
            body_ = std::move(inner);
            length_ = to_number(headers.get("x-amz-decoded-content-length"));
        } else {
            body_ = std::move(body);
        }
        if (is_hex_sha256(sha)) {
            sha256_ = std::string(sha);
        }
        if (const auto md5 = headers.find("content-md5")) {
            md5_ = *md5;
        }
        if (checksummed == Checksummed::body) declare(headers);
    }

    io::Task<Result<Bytes>> read() override {
        if (refusal_) co_return std::unexpected(*refusal_);
        std::string raw;
        if (md5_ && (!base64_decode(*md5_, raw) || raw.size() != 16)) {
            co_return fail(BodyErrc::invalid_digest, "The Content-MD5 you specified is not valid.");
        }
        auto piece = co_await body_->read();
        if (!piece && !piece.error().is_of<BodyErrc>()) {
            co_return fail(BodyErrc::incomplete, piece.error().message());
        }
        if (!piece) co_return piece;
        if (piece->empty()) {
            auto right = at_end();
            if (!right) co_return pass(right);
            co_return piece;
        }
        seen_ += piece->size();
        if (sha256_) hash(sha256_hasher_, Hasher::Kind::sha256, piece->view());
        if (md5_) hash(md5_hasher_, Hasher::Kind::md5, piece->view());
        for (RunningChecksum& running : running_) running.update(piece->view());
        co_return piece;
    }

    std::optional<Checksum> algorithm() const override { return algorithm_; }

    void compute(Checksum algorithm) override {
        if (std::ranges::find(running_, algorithm, &RunningChecksum::algorithm) == running_.end()) {
            running_.emplace_back(algorithm);
        }
    }

    std::optional<std::string> computed(Checksum algorithm) const override {
        const auto found = std::ranges::find(computed_, algorithm, &DeclaredChecksum::algorithm);
        return found == computed_.end() ? std::nullopt : std::optional(found->value);
    }

    std::optional<std::uint64_t> content_length() const override { return length_; }

  private:
    static void hash(std::optional<Hasher>& hasher, Hasher::Kind kind, std::string_view piece) {
        if (!hasher) hasher.emplace(kind);
        hasher->update(piece);
    }
    /// A GET declares the digest of no bytes: it has no hasher.
    static std::string digest(std::optional<Hasher>& hasher, Hasher::Kind kind) {
        static const std::string empty_sha256 = Hasher(Hasher::Kind::sha256).finish();
        if (!hasher) return kind == Hasher::Kind::sha256 ? empty_sha256 : Hasher(kind).finish();
        return hasher->finish();
    }
    void refuse(BodyErrc code, std::string message) {
        if (!refusal_) refusal_ = Error(code, std::move(message));
    }

    /// The algorithm of a header "x-amz-checksum-*"; nothing for other headers.
    std::optional<Checksum> algorithm_of(const std::string& header) {
        if (!header.starts_with(checksum_prefix) ||
            std::ranges::find(no_checksums, header) != std::end(no_checksums))
            return std::nullopt;
        const auto algorithm = checksum_of_header(header);
        if (!algorithm)
            refuse(BodyErrc::unbuilt_checksum, fmt::format("Freshet does not build the checksum {}",
                                                           header.substr(checksum_prefix.size())));
        return algorithm;
    }

    void declare(const io::Headers& headers) {
        for (const auto& [name, value] : headers.all()) {
            const auto algorithm = algorithm_of(lower(name));
            if (!algorithm) continue;
            if (declared_)
                refuse(BodyErrc::invalid_checksum,
                       "Expecting a single x-amz-checksum- header. Multiple checksum Types are not "
                       "allowed.");
            declared_ = {*algorithm, std::string(value)};
            algorithm_ = algorithm;
            check_value(lower(name), *declared_);
        }
        if (const auto trailer = headers.find("x-amz-trailer"); trailer && chunked_) {
            const auto algorithm = algorithm_of(lower(*trailer));
            if (algorithm && declared_)
                refuse(BodyErrc::invalid_checksum, "Expecting a single x-amz-checksum- header");
            awaits_trailer_ = algorithm.has_value();
            if (algorithm) algorithm_ = algorithm;
        }
        if (headers.find("x-amz-sdk-checksum-algorithm") && !algorithm_) {
            refuse(BodyErrc::invalid_checksum,
                   "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* "
                   "or x-amz-trailer headers were found.");
        }
        if (algorithm_) compute(*algorithm_);
    }

    void check_value(const std::string& header, const DeclaredChecksum& declared) {
        if (is_value_of(declared.algorithm, declared.value)) return;
        refuse(BodyErrc::invalid_checksum, fmt::format("Value for {} header is invalid.", header));
    }

    Result<> at_end() {
        if (length_ && seen_ != *length_) {
            return fail(BodyErrc::incomplete,
                        "You did not provide the number of bytes specified by the Content-Length "
                        "HTTP header");
        }
        for (RunningChecksum& running : running_)
            computed_.push_back({running.algorithm(), running.finish()});
        running_.clear();
        if (awaits_trailer_) {
            const auto value = chunked_->trailers().find(header_of(*algorithm_));
            if (!value)
                return fail(BodyErrc::bad_trailer,
                            fmt::format("The trailer {} is missing", header_of(*algorithm_)));
            declared_ = {*algorithm_, std::string(*value)};
            check_value(header_of(*algorithm_), *declared_);
            if (refusal_) return std::unexpected(*refusal_);
        }
        if (sha256_ && to_hex(digest(sha256_hasher_, Hasher::Kind::sha256)) != *sha256_) {
            return fail(
                BodyErrc::bad_sha256,
                "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        if (md5_ && base64_encode(digest(md5_hasher_, Hasher::Kind::md5)) != *md5_) {
            return fail(BodyErrc::bad_digest,
                        "The Content-MD5 you specified did not match what we received.");
        }
        if (declared_ && computed(declared_->algorithm) != declared_->value) {
            return fail(BodyErrc::bad_digest,
                        fmt::format("The {} you specified did not match the calculated checksum.",
                                    name_of(declared_->algorithm)));
        }
        return {};
    }

    std::unique_ptr<io::BodyReader> body_;
    ChunkedBody* chunked_ = nullptr;
    std::optional<std::uint64_t> length_;
    std::uint64_t seen_ = 0;
    std::optional<std::string> sha256_, md5_;
    std::optional<Hasher> sha256_hasher_, md5_hasher_;
    std::optional<Checksum> algorithm_;
    std::optional<DeclaredChecksum> declared_;
    bool awaits_trailer_ = false;
    std::vector<RunningChecksum> running_;
    std::vector<DeclaredChecksum> computed_;  ///< at the end
    std::optional<Error> refusal_;
};

}  // namespace

std::unique_ptr<CheckedBody> make_checked_body(std::unique_ptr<io::BodyReader> body,
                                               const io::Headers& headers,
                                               std::optional<std::uint64_t> wire_length,
                                               Checksummed checksummed) {
    return std::make_unique<Checked>(std::move(body), headers, wire_length, checksummed);
}

namespace {

constexpr ErrorRow<BodyErrc> errors[] = {
    {BodyErrc::incomplete, {"IncompleteBody", 400}},
    {BodyErrc::bad_digest, {"BadDigest", 400}},
    {BodyErrc::bad_sha256, {"XAmzContentSHA256Mismatch", 400}},
    {BodyErrc::invalid_digest, {"InvalidDigest", 400}},
    {BodyErrc::invalid_checksum, {"InvalidRequest", 400}},
    {BodyErrc::bad_trailer, {"MalformedTrailerError", 400}},
    {BodyErrc::unbuilt_checksum, {"NotImplemented", 501}},
};
static_assert(is_complete(errors));

}  // namespace

Fault body_fault(const Error& error) { return fault_of(error, errors, {"IncompleteBody", 400}); }

}  // namespace freshet::aws
