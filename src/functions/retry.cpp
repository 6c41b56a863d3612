#include "functions/retry.h"

#include "base/check.h"
#include "functions/errors.h"
#include "functions/limits.h"

namespace freshet::functions {

Tried tried(const Result<InvokeResult>& result) {
    if (result) return result->function_error.empty() ? Tried::succeeded : Tried::failed;
    if (result.error().is(Errc::not_found)) return Tried::function_gone;
    if (result.error().is(Errc::too_many)) return Tried::throttled;
    return Tried::failed;
}

std::optional<Attempt> next_attempt(Tried tried, int number, Timestamp now) {
    FRESHET_CHECK(number >= 1 && number <= event_attempts_max);  // the bound of a stored event
    const Timestamp due = now + retry_first * (1 << (number - 1));
    switch (tried) {
        case Tried::succeeded:
        case Tried::function_gone:
            return std::nullopt;
        case Tried::throttled:
            return Attempt{number, due};
        case Tried::failed:
            break;
    }
    if (number == event_attempts_max) return std::nullopt;
    return Attempt{number + 1, due};
}

}  // namespace freshet::functions
