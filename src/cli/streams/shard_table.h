// Shards as a table, and hash keys as people write them. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/model/kinesis.h"
#include "stream/types.h"

namespace freshet::cli {

/// A number, or 0x and up to 32 hexadecimal digits. Nothing for another text.
std::optional<stream::HashKey> hash_key_of(std::string_view text);

/// Where each shard begins, what it came from and what it became. Hash keys are shortened when the
/// table is wider than `width` otherwise.
std::string shard_table(const std::vector<aws::kinesis::Shard>& shards, std::size_t width);

}  // namespace freshet::cli
