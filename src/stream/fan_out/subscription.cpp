#include "stream/fan_out/subscription.h"

#include <algorithm>

#include "base/check.h"
#include "stream/fan_out/fan_out.h"
#include "stream/limits.h"

namespace freshet::stream {

Subscription::Subscription(FanOut& fan_out, Place place, Shard shard, log::Ordinal from,
                           Timestamp now)
    : fan_out_(fan_out),
      place_(place),
      shard_(std::move(shard)),
      next_(std::make_shared<log::Ordinal>(from)),
      started_(now),
      heard_(now),
      follower_(fan_out.home(), fan_out.pool(), fan_out.log()) {
    if (*shard_.partition != 0) follower_.add(shard_.partition);
}

bool Subscription::is_over(Timestamp now) const {
    return is_over_ || now >= started_ + limits::subscription_life;
}

void Subscription::end(std::optional<Error> reason) {
    if (is_over_) return;
    is_over_ = true;
    reason_ = std::move(reason);
    follower_.stop();
}

io::Task<Result<std::shared_ptr<const FanOutBatch>>> Subscription::next() {
    while (true) {
        if (is_over_ && reason_) co_return std::unexpected(*std::exchange(reason_, std::nullopt));
        const Timestamp now = fan_out_.home().now();
        if (is_over(now)) co_return std::shared_ptr<const FanOutBatch>();
        follower_.begin_look();
        auto batch = co_await fan_out_.read(place_.stream, shard_, *next_);
        if (!batch) co_return pass(batch);
        FRESHET_CHECK((*batch)->next >= *next_);  // a reader never moves back
        const bool is_last = !(*batch)->children.empty();
        if ((*batch)->next > *next_ || is_last || now >= heard_ + limits::heartbeat_every) {
            *next_ = (*batch)->next;
            heard_ = now;
            if (is_last) end(std::nullopt);
            fan_out_.measure_event(place_, **batch);
            co_return std::shared_ptr<const FanOutBatch>(std::move(*batch));
        }
        co_await follower_.wait_until(
            std::min(heard_ + limits::heartbeat_every, started_ + limits::subscription_life));
    }
}

}  // namespace freshet::stream
