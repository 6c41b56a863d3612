#include "io/clock.h"

namespace freshet::io {

Timestamp SystemClock::now() const {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

void ManualClock::on_advance(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wakers_.push_back(std::move(wake));
}

void ManualClock::advance(Millis by) {
    now_ms_.fetch_add(by.count());
    const std::lock_guard lock(mutex_);
    for (const auto& wake : wakers_) wake();
}

}  // namespace freshet::io
