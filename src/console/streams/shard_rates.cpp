#include "console/streams/shard_rates.h"

#include <algorithm>

#include "base/check.h"
#include "console/limits.h"

namespace freshet::console {

bool ShardRates::watch(const stream::StreamKey& key, Timestamp now) {
    const auto [at, is_new] = watched_.try_emplace(key, now);
    at->second = now;
    return is_new;
}

void ShardRates::note(std::int64_t stream, std::uint32_t shard, Timestamp now,
                      const ShardCounts& counts) {
    Samples& samples = samples_[{stream, shard}];
    if (!samples.empty() && !std::ranges::equal(samples.back().second, counts, std::less_equal<>()))
        samples.clear();
    if (!samples.empty() && samples.back().first >= now) return;
    samples.emplace_back(now, counts);
    // One sample more than the window: a rate needs where it began.
    while (samples.size() > 2 && samples[1].first <= now - limits::rate_over) samples.pop_front();
}

ShardCounts ShardRates::rate(std::int64_t stream, std::uint32_t shard) const {
    ShardCounts rates{};
    const auto found = samples_.find({stream, shard});
    if (found == samples_.end() || found->second.size() < 2) return rates;
    const auto& [from, first] = found->second.front();
    const auto& [to, last] = found->second.back();
    FRESHET_CHECK(to > from);  // note() keeps samples in order of time
    const double seconds = static_cast<double>((to - from).count()) / 1000.0;
    for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = (last[i] - first[i]) / seconds;
    return rates;
}

void ShardRates::forget(Timestamp before) {
    std::erase_if(watched_, [&](const auto& one) { return one.second < before; });
    std::erase_if(samples_, [&](const auto& one) { return one.second.back().first < before; });
}

}  // namespace freshet::console
