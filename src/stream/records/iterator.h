// Shard iterators: stateless, so that they survive a restart; signed, so that none can be made up;
// five minutes old at most. The text is base64 of: eight bytes of version (big-endian, as AWS's),
// stream id, shard, ordinal, issue time, "account/stream", zeros up to eight bytes after a
// multiple of 16, 16 bytes of HMAC.
#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "stream/types.h"

namespace freshet::stream {

struct Iterator {
    std::int64_t stream_id = 0;
    std::uint32_t shard = 0;
    log::Ordinal ordinal = 0;
    Timestamp issued;
    /// Named in the error when the stream or the shard no longer exists.
    std::string account = {}, stream = {};
};

std::string seal_iterator(const Iterator& iterator, std::string_view key);
/// Errc::invalid_argument when it was not made with `key`, Errc::expired_iterator when it is too
/// old.
Result<Iterator> open_iterator(std::string_view text, std::string_view key, Timestamp now);

}  // namespace freshet::stream
