// What a user may choose of the stream service (app/config.h).
#pragma once
#include <cstddef>

#include "base/time.h"
#include "stream/limits.h"

namespace freshet::stream {

struct Options {
    bool has_aws_limits = false;  ///< throttles and refuses at AWS's default quotas
    std::size_t shard_limit = limits::shards_per_account_max;  ///< of an account in a region
    Millis creating{}, updating{}, deleting{};  ///< how long a stream shows these states
};

}  // namespace freshet::stream
