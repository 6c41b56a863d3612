#include "aws/http/body/checksum.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"
#include "base/crypto/digest.h"

namespace freshet::aws {
namespace {

struct Named {
    Checksum algorithm;
    std::string_view name;
    const char* header;
    std::size_t bytes;
    std::uint64_t polynomial;  ///< of a CRC, reflected; 0: not one
};

constexpr Named names[] = {
    {Checksum::crc32, "CRC32", "x-amz-checksum-crc32", 4, 0xEDB88320u},
    {Checksum::crc32c, "CRC32C", "x-amz-checksum-crc32c", 4, 0x82F63B78u},
    {Checksum::crc64nvme, "CRC64NVME", "x-amz-checksum-crc64nvme", 8, 0x9A6C9329AC4BC9B5u},
    {Checksum::sha1, "SHA1", "x-amz-checksum-sha1", 20, 0},
    {Checksum::sha256, "SHA256", "x-amz-checksum-sha256", 32, 0},
    {Checksum::sha512, "SHA512", "x-amz-checksum-sha512", 64, 0},
    {Checksum::md5, "MD5", "x-amz-checksum-md5", 16, 0}};

constexpr Checksum all[] = {Checksum::crc32,  Checksum::crc32c, Checksum::crc64nvme, Checksum::sha1,
                            Checksum::sha256, Checksum::sha512, Checksum::md5};

const Named& of(Checksum algorithm) {
    return *std::ranges::find(names, algorithm, &Named::algorithm);
}

bool equals_any_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

std::string big_endian(std::uint64_t value, std::size_t bytes) {
    std::string text(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i)
        text[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
    return text;
}

std::uint64_t number_of(const std::string& base64) {
    std::string raw;
    FRESHET_CHECK(base64_decode(base64, raw));
    std::uint64_t value = 0;
    for (const char c : raw) value = (value << 8) | static_cast<unsigned char>(c);
    return value;
}

/// Polynomials over GF(2) modulo that of a CRC, reflected: the highest bit is the coefficient of
/// x^0.
class Field {
  public:
    Field(std::uint64_t polynomial, std::size_t bytes)
        : polynomial_(polynomial), one_(std::uint64_t{1} << (8 * bytes - 1)) {}

    std::uint64_t multiply(std::uint64_t a, std::uint64_t b) const {
        std::uint64_t product = 0;
        for (std::uint64_t bit = one_; bit; bit >>= 1) {
            if (a & bit) product ^= b;
            b = (b & 1) ? (b >> 1) ^ polynomial_ : b >> 1;
        }
        return product;
    }

    /// x to the power of 8 * bytes: what that many zero bytes multiply a CRC by.
    std::uint64_t zeros(std::uint64_t bytes) const {
        std::uint64_t power = one_ >> 8, result = one_;
        for (; bytes; bytes >>= 1) {
            if (bytes & 1) result = multiply(result, power);
            power = multiply(power, power);
        }
        return result;
    }

  private:
    std::uint64_t polynomial_, one_;
};

}  // namespace

std::span<const Checksum> all_checksums() { return all; }
std::string_view name_of(Checksum algorithm) { return of(algorithm).name; }
std::string_view label_of(Checksum algorithm) {
    return std::string_view(of(algorithm).header).substr(checksum_prefix.size());
}
const char* header_of(Checksum algorithm) { return of(algorithm).header; }
std::size_t bytes_of(Checksum algorithm) { return of(algorithm).bytes; }
bool is_linear(Checksum algorithm) { return of(algorithm).polynomial != 0; }

std::optional<Checksum> checksum_named(std::string_view name) {
    const auto found = std::ranges::find_if(
        names, [&](const Named& one) { return equals_any_case(one.name, name); });
    return found == std::end(names) ? std::nullopt : std::optional(found->algorithm);
}

std::optional<Checksum> checksum_of_header(std::string_view name) {
    const auto found = std::ranges::find_if(
        names, [&](const Named& one) { return equals_any_case(one.header, name); });
    return found == std::end(names) ? std::nullopt : std::optional(found->algorithm);
}

bool is_value_of(Checksum algorithm, std::string_view base64) {
    std::string raw;
    return base64_decode(base64, raw) && raw.size() == bytes_of(algorithm);
}

struct RunningChecksum::Digest {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    ~Digest() { EVP_MD_CTX_free(context); }
};

RunningChecksum::RunningChecksum(Checksum algorithm) : algorithm_(algorithm) {
    if (is_linear(algorithm)) return;
    digest_ = std::make_unique<Digest>();
    const EVP_MD* digest = EVP_sha256();
    if (algorithm == Checksum::sha1) digest = EVP_sha1();
    if (algorithm == Checksum::sha512) digest = EVP_sha512();
    if (algorithm == Checksum::md5) digest = EVP_md5();
    FRESHET_CHECK(EVP_DigestInit_ex(digest_->context, digest, nullptr) == 1);
}
RunningChecksum::~RunningChecksum() = default;
RunningChecksum::RunningChecksum(RunningChecksum&&) noexcept = default;
RunningChecksum& RunningChecksum::operator=(RunningChecksum&&) noexcept = default;

void RunningChecksum::update(std::string_view data) {
    switch (algorithm_) {
        case Checksum::crc32:
            crc_ = crc32(data, static_cast<std::uint32_t>(crc_));
            return;
        case Checksum::crc32c:
            crc_ = crc32c(data, static_cast<std::uint32_t>(crc_));
            return;
        case Checksum::crc64nvme:
            crc_ = crc64nvme(data, crc_);
            return;
        case Checksum::sha1:
        case Checksum::sha256:
        case Checksum::sha512:
        case Checksum::md5:
            FRESHET_CHECK(EVP_DigestUpdate(digest_->context, data.data(), data.size()) == 1);
            return;
    }
}

std::string RunningChecksum::finish() {
    if (!digest_) return base64_encode(big_endian(crc_, bytes_of(algorithm_)));
    std::string raw(bytes_of(algorithm_), '\0');
    FRESHET_CHECK(EVP_DigestFinal_ex(digest_->context, reinterpret_cast<unsigned char*>(raw.data()),
                                     nullptr) == 1);
    return base64_encode(raw);
}

std::string combine(Checksum algorithm, const std::string& first, const std::string& second,
                    std::uint64_t second_bytes) {
    FRESHET_CHECK(is_linear(algorithm));
    const Field field(of(algorithm).polynomial, bytes_of(algorithm));
    const std::uint64_t crc =
        field.multiply(field.zeros(second_bytes), number_of(first)) ^ number_of(second);
    return base64_encode(big_endian(crc, bytes_of(algorithm)));
}

}  // namespace freshet::aws
