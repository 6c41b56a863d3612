// What the log holds of a stream: users' records, plain or sealed, and the end of a shard
// (docs/formats/streams.md). Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"

namespace freshet::stream {

/// One record, taken apart.
struct LogRecord {
    std::string_view partition_key;  ///< in the memory of `data`
    Bytes data;
    bool is_encrypted = false;
};

Bytes encode_record(std::string_view partition_key, std::string_view data);
/// Appends the same to `out`.
void append_record(std::string_view partition_key, std::string_view data, std::string& out);
/// How many bytes that are.
std::size_t encoded_bytes(std::string_view partition_key, std::string_view data);
/// Errc::corrupt when `payload` is not a plain record.
Result<LogRecord> decode_record(const Bytes& payload);

/// The last record of a closed shard's partition is not a user's: it says that the shard is closed.
Bytes closing_record();
bool is_closing_record(const Bytes& payload);

/// What precedes the sealed bytes of a plain record, and is bound to them.
inline constexpr std::size_t sealed_head_bytes = 5;
std::string sealed_head(std::int64_t data_key);
/// The data key that `payload` was sealed with; nothing when it is not sealed.
std::optional<std::int64_t> sealed_with(const Bytes& payload);

}  // namespace freshet::stream
