#include "io/clock.h"

#include "io/steady_time.h"

namespace freshet::io {
namespace {

/// One for the process: two clocks must not disagree.
SteadyTime& steady_time() {
    static SteadyTime instance;
    return instance;
}

Timestamp system_time() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

}  // namespace

Timestamp SystemClock::now() const {
    const auto monotonic = monotonic_now().time_since_epoch();
    return steady_time().now(system_time(), std::chrono::floor<Millis>(monotonic));
}

std::chrono::steady_clock::time_point monotonic_now() { return std::chrono::steady_clock::now(); }

Millis system_clock_lead() { return steady_time().lead(system_time()); }
void hold_system_clock(Timestamp time) { steady_time().hold(time); }

void ManualClock::on_advance(const void* owner, std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakers_.emplace_back(owner, std::move(wake));
}

void ManualClock::off_advance(const void* owner) {
    const std::lock_guard lock(mutex_);
    std::erase_if(wakers_, [owner](const auto& waker) { return waker.first == owner; });
}

void ManualClock::advance(Millis by) {
    now_ms_.fetch_add(by.count());
    const std::lock_guard lock(mutex_);
    for (const auto& [owner, wake] : wakers_) wake();
}

}  // namespace freshet::io
