// When to try again what was refused: after `first`, then after twice as long each time, at most
// after `most`. Pure.
#pragma once
#include <algorithm>

#include "base/time.h"

namespace freshet {

class Retry {
  public:
    Retry(Millis first, Millis most) : first_(first), most_(most), after_(first) {}

    /// One more try failed at `now`; the time of the next one.
    Timestamp failed(Timestamp now) {
        const Millis after = after_;
        after_ = std::min(after_ * 2, most_);
        return now + after;
    }
    void succeeded() { after_ = first_; }

  private:
    Millis first_, most_, after_;
};

}  // namespace freshet
