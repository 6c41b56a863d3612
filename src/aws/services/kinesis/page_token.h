// NextToken of Kinesis: where a listing continues. Plain text in base64, as it opens nothing that
// its caller may not see; it lives five minutes, as AWS's.
#pragma once
#include <cstdint>
#include <string>

#include "aws/fault.h"
#include "base/time.h"

namespace freshet::aws::kinesis_words {

/// A NextToken of the page after `last`, a name.
std::string seal_page_token(const std::string& last, Timestamp now);
Answer<std::string> open_page_token(const std::string& token, Timestamp now);

/// Where ListShards continues, and with what filter.
struct ShardsPage {
    std::uint32_t last = 0;          ///< index of the last shard listed
    int filter = 0;                  ///< place in stream::FilterType
    std::uint32_t filter_after = 0;  ///< index of a shard
    Timestamp filter_time{};
    std::string stream_arn;
};
std::string seal_shards_token(const ShardsPage& page, Timestamp now);
/// What the members mean is the caller's to check.
Answer<ShardsPage> open_shards_token(const std::string& token, Timestamp now);

}  // namespace freshet::aws::kinesis_words
