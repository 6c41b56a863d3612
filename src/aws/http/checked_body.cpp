#include "aws/http/checked_body.h"

#include <charconv>

#include "aws/http/chunked_body.h"
#include "base/digest.h"

namespace freshet {
const ErrorDomain& ErrorTraits<aws::BodyErrc>::domain() {
    static const ErrorDomain domain{"body"};
    return domain;
}
}  // namespace freshet

namespace freshet::aws {
namespace {

struct Named {
    Checksum algorithm;
    const char* header;
    std::size_t bytes;
};
constexpr Named names[] = {{Checksum::crc32, "x-amz-checksum-crc32", 4},
                           {Checksum::crc32c, "x-amz-checksum-crc32c", 4},
                           {Checksum::crc64nvme, "x-amz-checksum-crc64nvme", 8},
                           {Checksum::sha1, "x-amz-checksum-sha1", 20},
                           {Checksum::sha256, "x-amz-checksum-sha256", 32}};

template <class Number>
std::string big_endian(Number value) {
    std::string bytes(sizeof value, '\0');
    for (std::size_t i = 0; i < sizeof value; ++i) bytes[sizeof value - 1 - i] = static_cast<char>(value >> (8 * i));
    return bytes;
}

/// One running checksum.
class Running {
  public:
    explicit Running(Checksum algorithm) : algorithm_(algorithm) {
        if (algorithm == Checksum::sha1) hasher_.emplace(Hasher::Kind::sha1);
        if (algorithm == Checksum::sha256) hasher_.emplace(Hasher::Kind::sha256);
    }
    void update(std::string_view data) {
        switch (algorithm_) {
            case Checksum::crc32: crc_ = crc32(data, static_cast<std::uint32_t>(crc_)); break;
            case Checksum::crc32c: crc_ = crc32c(data, static_cast<std::uint32_t>(crc_)); break;
            case Checksum::crc64nvme: crc_ = crc64nvme(data, crc_); break;
            case Checksum::sha1:
            case Checksum::sha256: hasher_->update(data); break;
        }
    }
    std::string base64() {
        if (hasher_) return base64_encode(hasher_->finish());
        return base64_encode(algorithm_ == Checksum::crc64nvme ? big_endian(crc_)
                                                               : big_endian(static_cast<std::uint32_t>(crc_)));
    }
    Checksum algorithm() const { return algorithm_; }

  private:
    Checksum algorithm_;
    std::uint64_t crc_ = 0;
    std::optional<Hasher> hasher_;
};

bool is_hex_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

class Checked final : public CheckedBody {
  public:
    Checked(std::unique_ptr<io::BodyReader> body, const io::Headers& headers, std::optional<std::uint64_t> wire_length)
        : length_(wire_length) {
        const std::string_view sha = headers.get("x-amz-content-sha256");
        const bool chunked = sha.starts_with("STREAMING-") ||
                             headers.get("content-encoding").find("aws-chunked") != std::string_view::npos;
        if (chunked) {
            auto inner = std::make_unique<ChunkedBody>(std::move(body));
            chunked_ = inner.get();
            body_ = std::move(inner);
            length_ = to_number(headers.get("x-amz-decoded-content-length"));
        } else {
            body_ = std::move(body);
        }
        if (is_hex_sha256(sha)) {
            sha256_ = std::string(sha);
            sha256_hasher_.emplace(Hasher::Kind::sha256);
        }
        if (const auto md5 = headers.find("content-md5")) {
            md5_ = *md5;
            md5_hasher_.emplace(Hasher::Kind::md5);
        }
        declare(headers);
    }

    io::Task<Result<Bytes>> read() override {
        if (!refusal_.empty()) co_return fail(BodyErrc::invalid_checksum, refusal_);
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
            if (!right) co_return std::unexpected(std::move(right.error()));
            co_return piece;
        }
        seen_ += piece->size();
        if (sha256_hasher_) sha256_hasher_->update(piece->view());
        if (md5_hasher_) md5_hasher_->update(piece->view());
        if (running_) running_->update(piece->view());
        co_return piece;
    }

    std::optional<DeclaredChecksum> declared() const override { return declared_; }
    std::optional<std::uint64_t> content_length() const override { return length_; }

  private:
    void declare(const io::Headers& headers) {
        for (const Named& named : names) {
            if (const auto value = headers.find(named.header)) declared_ = {named.algorithm, std::string(*value)};
        }
        std::optional<Checksum> algorithm;
        if (declared_) algorithm = declared_->algorithm;
        else if (const auto trailer = headers.find("x-amz-trailer")) algorithm = checksum_of_header(*trailer);
        if (algorithm) running_.emplace(*algorithm);
        if (declared_) check_size(*declared_);
    }

    void check_size(const DeclaredChecksum& declared) {
        std::string raw;
        for (const Named& named : names) {
            if (named.algorithm != declared.algorithm) continue;
            if (!base64_decode(declared.value, raw) || raw.size() != named.bytes) {
                refusal_ = std::string("Value for ") + named.header + " header is invalid.";
            }
        }
    }

    Result<> at_end() {
        if (length_ && seen_ != *length_) {
            return fail(BodyErrc::incomplete, "You did not provide the number of bytes specified by the Content-Length HTTP header");
        }
        if (chunked_) {
            for (const auto& [name, value] : chunked_->trailers().all()) {
                if (const auto algorithm = checksum_of_header(name)) declared_ = {*algorithm, std::string(value)};
            }
        }
        if (sha256_ && to_hex(sha256_hasher_->finish()) != *sha256_) {
            return fail(BodyErrc::bad_sha256, "The provided 'x-amz-content-sha256' header does not match what was computed.");
        }
        if (md5_ && base64_encode(md5_hasher_->finish()) != *md5_) {
            return fail(BodyErrc::bad_digest, "The Content-MD5 you specified did not match what we received.");
        }
        if (declared_ && running_ && running_->algorithm() == declared_->algorithm && running_->base64() != declared_->value) {
            return fail(BodyErrc::bad_digest, std::string("The ") + (header_of(declared_->algorithm) + 15) +
                                                  " you specified did not match the calculated checksum.");
        }
        return {};
    }

    std::unique_ptr<io::BodyReader> body_;
    ChunkedBody* chunked_ = nullptr;
    std::optional<std::uint64_t> length_;
    std::uint64_t seen_ = 0;
    std::optional<std::string> sha256_, md5_;
    std::optional<Hasher> sha256_hasher_, md5_hasher_;
    std::optional<Running> running_;
    std::optional<DeclaredChecksum> declared_;
    std::string refusal_;
};

}  // namespace

const char* header_of(Checksum algorithm) {
    for (const Named& named : names) {
        if (named.algorithm == algorithm) return named.header;
    }
    return "";
}

std::optional<Checksum> checksum_of_header(std::string_view name) {
    for (const Named& named : names) {
        if (std::ranges::equal(name, std::string_view(named.header),
                               [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; })) {
            return named.algorithm;
        }
    }
    return std::nullopt;
}

std::unique_ptr<CheckedBody> make_checked_body(std::unique_ptr<io::BodyReader> body, const io::Headers& headers,
                                               std::optional<std::uint64_t> wire_length) {
    return std::make_unique<Checked>(std::move(body), headers, wire_length);
}

}  // namespace freshet::aws
