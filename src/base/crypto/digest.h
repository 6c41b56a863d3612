// Checksums and digests, one implementation for the program. OpenSSL and zlib do the work.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

using Md5 = std::array<unsigned char, 16>;
using Sha256 = std::array<unsigned char, 32>;
using Sha1 = std::array<unsigned char, 20>;

Md5 md5(std::string_view data);
Sha256 sha256(std::string_view data);
Sha1 sha1(std::string_view data);
Sha256 hmac_sha256(std::string_view key, std::string_view data);

/// CRC-32C (Castagnoli); `seed` is the value of the bytes before these.
std::uint32_t crc32c(std::string_view data, std::uint32_t seed = 0);
/// CRC-32 (IEEE, as zlib's).
std::uint32_t crc32(std::string_view data, std::uint32_t seed = 0);
/// CRC-64/NVME, the S3 default since 2024.
std::uint64_t crc64nvme(std::string_view data, std::uint64_t seed = 0);

/// A digest taken piece by piece: MD5, SHA-1, SHA-256.
class Hasher {
  public:
    enum class Kind { md5, sha1, sha256 };
    explicit Hasher(Kind kind);
    ~Hasher();
    Hasher(Hasher&&) noexcept;
    Hasher& operator=(Hasher&&) noexcept;
    void update(std::string_view data);
    /// The raw digest bytes; the hasher is spent afterwards.
    std::string finish();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string to_hex(std::string_view data);
template <std::size_t N>
std::string to_hex(const std::array<unsigned char, N>& digest) {
    return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), N));
}
std::string base64_encode(std::string_view data);
/// Strict RFC 4648 with padding; false when `text` is not that, and `out` is then unspecified.
bool base64_decode(std::string_view text, std::string& out);
/// Into `out`, which has room for text.size() / 4 * 3 bytes; how many there are, nothing when
/// `text` is not base64.
std::optional<std::size_t> base64_decode(std::string_view text, char* out);

}  // namespace freshet
