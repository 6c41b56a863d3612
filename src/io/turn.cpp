#include "io/turn.h"

namespace freshet::io {

Turn::Held::~Held() {
    if (!turn_) return;
    turn_->taken_ = false;
    turn_->freed_.notify();
}

Task<Turn::Held> Turn::take() {
    while (taken_) {
        co_await freed_.wait();
    }
    taken_ = true;
    co_return Held(*this);
}

}  // namespace freshet::io
