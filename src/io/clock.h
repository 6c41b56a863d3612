// The one source of time for everything that a user can observe: arrival times, buffers, windows,
// schedules, expiries. The manual clock (tests, `--clock manual`) stops until it is advanced.
// Socket timeouts do not use this clock.
#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "base/time.h"

namespace freshet::io {

class Clock {
  public:
    virtual ~Clock() = default;
    /// Any thread.
    virtual Timestamp now() const = 0;
    /// True when time moves only by advance(); a core then arms no system timer.
    virtual bool is_manual() const { return false; }
    /// `wake` is called, on the advancing thread, after each move of a manual clock.
    /// Until off_advance() of the same `owner`.
    virtual void on_advance(const void* owner, std::function<void()> wake) {
        (void)owner, (void)wake;
    }
    virtual void off_advance(const void* owner) { (void)owner; }
};

class SystemClock final : public Clock {
  public:
    Timestamp now() const override;
};

class ManualClock final : public Clock {
  public:
    explicit ManualClock(Timestamp start) : now_ms_(to_epoch_ms(start)) {}
    Timestamp now() const override { return from_epoch_ms(now_ms_.load()); }
    bool is_manual() const override { return true; }
    void on_advance(const void* owner, std::function<void()> wake) override;
    void off_advance(const void* owner) override;
    /// Any thread. Timers that fall due run soon after, each on its own core, in order of time.
    void advance(Millis by);

  private:
    std::atomic<std::int64_t> now_ms_;
    std::mutex mutex_;  // guards wakers_
    std::vector<std::pair<const void*, std::function<void()>>> wakers_;
};

}  // namespace freshet::io
