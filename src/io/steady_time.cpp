#include "io/steady_time.h"

#include <algorithm>

namespace freshet::io {

Timestamp SteadyTime::raise(Timestamp time) {
    const std::int64_t ms = to_epoch_ms(time);
    std::int64_t last = last_ms_.load();
    while (last < ms && !last_ms_.compare_exchange_weak(last, ms)) {
    }
    return from_epoch_ms(std::max(last, ms));
}

Timestamp SteadyTime::now(Timestamp system, Millis monotonic) {
    if (!leads_) {
        const Timestamp last = raise(system);
        if (system >= last - step_max) return last;
    }
    const std::lock_guard lock(mutex_);
    if (!leads_) {
        anchor_ = raise(system);
        anchor_monotonic_ = monotonic;
        leads_ = true;
    }
    const Timestamp last = raise(anchor_ + (monotonic - anchor_monotonic_) * 9 / 10);
    if (system < last) return last;
    leads_ = false;
    return raise(system);
}

void SteadyTime::hold(Timestamp time) {
    const std::lock_guard lock(mutex_);
    raise(time);
    leads_ = false;  // a new lead begins here
}

Millis SteadyTime::lead(Timestamp system) const {
    if (!leads_) return Millis(0);
    return std::max(Millis(0),
                    std::chrono::duration_cast<Millis>(from_epoch_ms(last_ms_.load()) - system));
}

}  // namespace freshet::io
