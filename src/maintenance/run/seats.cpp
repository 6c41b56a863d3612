#include "maintenance/run/seats.h"

#include "base/check.h"

namespace freshet::maintenance {

Seats::Held::~Held() {
    if (!seats_) return;
    seats_->free_ += count_;
    FRESHET_CHECK(seats_->free_ <= seats_->count_);
    seats_->changed_.notify();
}

io::Task<Seats::Held> Seats::take(std::size_t count) {
    FRESHET_CHECK(count <= count_);
    const std::uint64_t ticket = next_ticket_++;
    while (served_ != ticket || free_ < count) {
        co_await changed_.wait();
    }
    ++served_;
    free_ -= count;
    changed_.notify();  // the next one looks
    co_return Held(*this, count);
}

}  // namespace freshet::maintenance
