// What becomes of an asynchronous call after it was tried: it is over, or it is due again. Pure.
#pragma once
#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "functions/types.h"

namespace freshet::functions {

enum class Tried {
    succeeded,
    failed,        ///< the handler, its process, or the machine
    throttled,     ///< refused with Errc::too_many: the function has not seen the event
    function_gone  ///< deleted meanwhile
};
Tried tried(const Result<InvokeResult>& result);

/// The next attempt of a call.
struct Attempt {
    int number = 1;  ///< 1 is the first
    Timestamp due;
    bool operator==(const Attempt&) const = default;
};
/// After attempt `number` ended at `now`; nothing when the call is over. A failed call is tried
/// event_attempts_max times, the first retry a minute after the failure, the next two. A throttled
/// one does not count as an attempt.
std::optional<Attempt> next_attempt(Tried tried, int number, Timestamp now);

}  // namespace freshet::functions
