// The bounds of the AWS rim.
#pragma once
#include <cstddef>
#include <cstdint>

namespace freshet::aws::limits {

/// A body that is held in memory: Lambda's 50 MB zip in base64 is the largest that AWS takes.
inline constexpr std::size_t body_bytes_max = 96 * 1024 * 1024;
/// One chunk header of an aws-chunked body, and all its trailers.
inline constexpr std::size_t chunk_header_bytes_max = 1024;
inline constexpr std::size_t trailer_bytes_max = 16 * 1024;
/// A PutObject or UploadPart in one request (S3: 5 GiB).
inline constexpr std::uint64_t object_put_bytes_max = 5ULL * 1024 * 1024 * 1024;

}  // namespace freshet::aws::limits
