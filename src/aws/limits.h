// The bounds of the AWS rim.
#pragma once
#include <cstddef>
#include <cstdint>

namespace freshet::aws::limits {

// The body of a request that is held in memory, by operation (http/body/held_body.cpp): what AWS
// takes in one, in the longest form that a client sends it in.

/// Of any other operation: AWS takes 1 MiB of most (DynamoDB, CloudWatch Logs), 2 MiB of S3's
/// lists.
inline constexpr std::size_t body_bytes_max = 4 * 1024 * 1024;
/// PutRecord, PutRecords: 10 MiB of records, in base64.
inline constexpr std::size_t kinesis_body_bytes_max = 16 * 1024 * 1024;
/// PutRecordBatch: 4 MiB of records, in base64.
inline constexpr std::size_t delivery_body_bytes_max = 8 * 1024 * 1024;
/// BatchWriteItem, TransactWriteItems: 16 MiB, DynamoDB's largest request.
inline constexpr std::size_t items_body_bytes_max = 16 * 1024 * 1024;
/// Invoke: 6 MB and a little, as it is; what is past that the function service refuses by name.
inline constexpr std::size_t call_body_bytes_max = 8 * 1024 * 1024;
/// CreateFunction, UpdateFunctionCode: a zip of 50 MiB, in base64.
inline constexpr std::size_t code_body_bytes_max = 72 * 1024 * 1024;

/// All bodies together that are held for requests under way; past it a request is answered 503.
/// One that is alone may take more, up to its own bound.
inline constexpr std::size_t bodies_bytes_max = 64 * 1024 * 1024;
/// Of each body, what does not count: requests of this size always have room.
inline constexpr std::size_t body_free_bytes = 16 * 1024;
/// How long a client that was answered 503 is asked to wait.
inline constexpr int retry_after_s = 1;

/// One chunk header of an aws-chunked body, and all its trailers.
inline constexpr std::size_t chunk_header_bytes_max = 1024;
inline constexpr std::size_t trailer_bytes_max = 16 * 1024;
/// A PutObject or UploadPart in one request (S3: 5 GiB).
inline constexpr std::uint64_t object_put_bytes_max = 5ULL * 1024 * 1024 * 1024;

}  // namespace freshet::aws::limits
