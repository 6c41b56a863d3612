#include "app/metrics/stream_metrics.h"

#include "base/log.h"

namespace freshet::app {
namespace {

constexpr Millis every = 60s;
constexpr std::size_t samples_per_write = 500;  ///< others get their turn at the tables in between

monitor::Sample sample_of(const stream::Measured& measured, Timestamp time) {
    monitor::Sample sample;
    sample.metric = {measured.stream.home.account,
                     measured.stream.home.region,
                     "AWS/Kinesis",
                     std::string(measured.name),
                     {{"StreamName", measured.stream.name}}};
    if (!measured.shard.empty()) sample.metric.dimensions["ShardId"] = measured.shard;
    if (!measured.consumer.empty()) sample.metric.dimensions["ConsumerName"] = measured.consumer;
    sample.time = time;
    sample.unit = measured.unit;
    const stream::Tally& tally = measured.tally;
    sample.statistics = {static_cast<double>(tally.count), static_cast<double>(tally.sum),
                         static_cast<double>(tally.minimum), static_cast<double>(tally.maximum)};
    return sample;
}

}  // namespace

io::Task<void> StreamMetrics::run() {
    Timestamp from = streams_.home().now();
    while (true) {
        const Timestamp next = std::chrono::floor<std::chrono::minutes>(from) + every;
        const bool may_continue = co_await stop_.sleep_until(next);
        const Timestamp now = streams_.home().now();
        co_await hand_over(std::exchange(from, now));
        if (!may_continue) co_return;
    }
}

io::Task<void> StreamMetrics::stop() {
    stop_.request();
    co_await loops_.join();
}

io::Task<void> StreamMetrics::hand_over(Timestamp from) {
    const std::vector<stream::Measured> all = streams_.watch().take_measured();
    for (std::size_t at = 0; at < all.size();) {
        std::vector<monitor::Sample> samples;
        for (; at < all.size() && samples.size() < samples_per_write; ++at)
            samples.push_back(sample_of(all[at], from));
        auto kept = co_await metrics_.put(std::move(samples));
        if (!kept)
            log_error("app", "stream metrics were not kept", {{"reason", kept.error().message()}});
    }
}

}  // namespace freshet::app
