// Whose turn it is: one coroutine of a core at a time, for what is read, changed and written with
// waits between.
#pragma once
#include "io/core.h"

namespace freshet::io {

/// One core only. Must outlive those who wait.
class Turn {
  public:
    explicit Turn(Core& core) : freed_(core) {}
    class Held {
      public:
        explicit Held(Turn& turn) : turn_(&turn) {}
        Held(Held&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
        Held& operator=(Held&&) = delete;
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;
        ~Held();

      private:
        Turn* turn_;
    };
    /// Completes when nobody else holds the turn; it is held as long as the answer lives.
    Task<Held> take();

  private:
    Signal freed_;
    bool is_taken_ = false;
};

}  // namespace freshet::io
