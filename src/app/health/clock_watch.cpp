#include "app/health/clock_watch.h"

#include "base/log.h"
#include "io/steady_time.h"

namespace freshet::app {
namespace {

constexpr Millis every = 1s;

}  // namespace

void ClockWatch::hold(stream::Streams& streams) {
    Timestamp last = from_epoch_ms(0);
    for (const auto& [key, stream] : streams.catalog().all()) {
        for (const stream::Shard& shard : stream.shards) {
            if (*shard.partition == 0) continue;
            if (const auto tail = streams.log().tail(shard.partition))
                last = std::max(last, tail->last_time);
        }
    }
    io::hold_system_clock(last);
}

io::Task<void> ClockWatch::run() {
    bool has_gone_back = false;
    while (true) {
        (void)home_.now();  // an idle server notices, too
        const Millis lead = io::system_clock_lead();
        if (lead > Millis(0) && !has_gone_back)
            log_warn("app", "the system's clock went back; time goes on by the monotonic clock",
                     {{"behind_ms", lead.count()}});
        if (lead == Millis(0) && has_gone_back)
            log_info("app", "the system's clock has come up with the time again");
        has_gone_back = lead > Millis(0);
        const bool may_continue = co_await stop_.sleep_until(home_.now() + every);
        if (!may_continue) co_return;
    }
}

io::Task<void> ClockWatch::stop() {
    stop_.request();
    co_await loops_.join();
}

}  // namespace freshet::app
