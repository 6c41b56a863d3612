#include "analytics/run/pace.h"

#include <algorithm>

namespace freshet::analytics {

Pace::Then Pace::after(Outcome outcome, Timestamp now) {
    if (outcome == Outcome::failed) return {.retries_at = retry_.failed(now)};
    retry_.succeeded();
    return {.saves = is_unsaved_ && now >= saved_at_ + rest_,
            .looks_later = outcome == Outcome::idle};
}

void Pace::saved(Timestamp now, Millis took, bool has_succeeded) {
    saved_at_ = now;
    rest_ = std::max(limits::snapshot_every, took * limits::snapshot_rest_factor);
    if (has_succeeded) is_unsaved_ = false;
}

}  // namespace freshet::analytics
