// The checksums that S3 keeps with an object: their names on the wire, computing one over a stream,
// and that of a whole from those of its parts.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace freshet::aws {

/// The algorithms that Freshet computes. AWS also knows XXHASH64, XXHASH3 and XXHASH128.
enum class Checksum { crc32, crc32c, crc64nvme, sha1, sha256, sha512, md5 };

/// How the name of a header with a checksum begins.
inline constexpr std::string_view checksum_prefix = "x-amz-checksum-";

/// What S3 computes where the client declares nothing.
inline constexpr Checksum checksum_default = Checksum::crc64nvme;

std::span<const Checksum> all_checksums();
/// "CRC32" and so on, as ChecksumAlgorithm has it.
std::string_view name_of(Checksum algorithm);
std::optional<Checksum> checksum_named(std::string_view name);
/// "crc32" and so on, as S3's messages have it.
std::string_view label_of(Checksum algorithm);
/// "x-amz-checksum-crc32" and so on.
const char* header_of(Checksum algorithm);
std::optional<Checksum> checksum_of_header(std::string_view name);
/// Of the value before it is written in base64.
std::size_t bytes_of(Checksum algorithm);
/// Whether `base64` is one of the algorithm's values.
bool is_value_of(Checksum algorithm, std::string_view base64);
/// The CRCs: that of a whole follows from those of its parts.
bool is_linear(Checksum algorithm);

/// A checksum as its header has it: base64.
struct DeclaredChecksum {
    Checksum algorithm;
    std::string value;
};

/// One checksum, taken piece by piece.
class RunningChecksum {
  public:
    explicit RunningChecksum(Checksum algorithm);
    ~RunningChecksum();
    RunningChecksum(RunningChecksum&&) noexcept;
    RunningChecksum& operator=(RunningChecksum&&) noexcept;
    void update(std::string_view data);
    /// Base64; it is spent afterwards.
    std::string finish();
    Checksum algorithm() const { return algorithm_; }

  private:
    struct Digest;
    Checksum algorithm_;
    std::uint64_t crc_ = 0;
    std::unique_ptr<Digest> digest_;
};

/// The checksum (base64) of bytes that `first` and then `second`, of `second_bytes`, are the
/// checksums of; the algorithm is linear and both are its values.
std::string combine(Checksum algorithm, const std::string& first, const std::string& second,
                    std::uint64_t second_bytes);

}  // namespace freshet::aws
