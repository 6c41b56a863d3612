#include "io/turn.h"

#include "base/check.h"

namespace freshet::io {

Turn::Held::~Held() {
    if (!turn_) return;
    FRESHET_CHECK(turn_->is_taken_);
    turn_->is_taken_ = false;
    turn_->freed_.notify();
}

Task<Turn::Held> Turn::take() {
    while (is_taken_) {
        co_await freed_.wait();
    }
    is_taken_ = true;
    co_return Held(*this);
}

}  // namespace freshet::io
