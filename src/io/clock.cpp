#include "io/clock.h"

namespace freshet::io {

Timestamp SystemClock::now() const {
    return std::chrono::floor<Millis>(std::chrono::system_clock::now());
}

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
