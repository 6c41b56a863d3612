// What the stream service refuses.
#pragma once
#include "base/error.h"

namespace freshet::stream {

enum class Errc {
    not_found,         ///< no such stream or shard
    in_use,            ///< a stream of that name is there
    limit,             ///< over a bound of limits.h
    invalid_argument,  ///< a value contradicts the state: a sequence number of another shard
    not_in_this_mode,  ///< the stream's capacity mode does not have it
    expired_iterator,  ///< older than five minutes
    key_unavailable,   ///< the key of an encrypted stream is not in the key file
    throttled,         ///< faster than AWS lets a shard or an account be asked; try again
    overloaded,        ///< too much waits for the disk; try again
    storage            ///< the disk refused; nothing was kept; try again
};

}  // namespace freshet::stream

template <>
struct freshet::ErrorTraits<freshet::stream::Errc> {
    static const ErrorDomain& domain();
};
