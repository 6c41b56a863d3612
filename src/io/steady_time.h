// Time that never goes back, made of the system's clock and the monotonic one. As long as the
// system's clock goes forward it is the time. When that goes back (an administrator, a bad NTP
// server, a restored machine), time continues from where it was, at nine tenths of its speed, until
// the system's clock has caught up: arrival times rise, windows close, buffers age.
#pragma once
#include <atomic>
#include <mutex>

#include "base/time.h"

namespace freshet::io {

class SteadyTime {
  public:
    /// Smaller steps back are the last time once more.
    static constexpr Millis step_max{1000};

    /// `system` and `monotonic` as they are now. Any thread.
    Timestamp now(Timestamp system, Millis monotonic);
    /// No later time is before `time`: what was kept says that it has been.
    void hold(Timestamp time);
    /// How far time is ahead of the system's clock; 0 when it follows it.
    Millis lead(Timestamp system) const;

  private:
    Timestamp raise(Timestamp time);  ///< the last time, `time` at least

    std::atomic<std::int64_t> last_ms_{0};
    std::atomic<bool> leads_{false};
    mutable std::mutex mutex_;   ///< of what is below, and of changes of leads_
    Timestamp anchor_;           ///< the time when the lead began
    Millis anchor_monotonic_{};  ///< and the monotonic clock's
};

/// The monotonic clock, for deadlines that a step of the system's clock must not move.
std::chrono::steady_clock::time_point monotonic_now();
/// Of SystemClock, in this process.
Millis system_clock_lead();
void hold_system_clock(Timestamp time);

}  // namespace freshet::io
