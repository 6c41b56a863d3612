#include "stream/shards/on_demand.h"

#include <algorithm>

#include "base/check.h"
#include "stream/limits.h"

namespace freshet::stream {

std::vector<Scaling> OnDemand::check(const Stream& stream,
                                     const std::unordered_map<std::uint32_t, ShardFigures>& figures,
                                     Timestamp now) {
    const auto elapsed_ms = static_cast<double>((now - last_check_).count());
    const bool is_first = last_check_ == Timestamp{};
    if (!is_first && elapsed_ms <= 0) return {};
    last_check_ = now;
    std::unordered_map<std::uint32_t, Watched> watched;
    for (const std::size_t place : stream.open) {
        const Shard& shard = stream.shards[place];
        const auto before = watched_.find(shard.index);
        const auto counted = figures.find(shard.index);
        const ShardFigures at = counted == figures.end() ? ShardFigures{} : counted->second;
        Watched one = before == watched_.end() ? Watched{0, 0, 0, now} : before->second;
        if (!is_first) {
            FRESHET_CHECK(at.bytes_in >= one.bytes);  // a shard's figures only grow
            const double bytes = static_cast<double>(at.bytes_in - one.bytes) * 1000 / elapsed_ms;
            const double records =
                static_cast<double>(at.records_in - one.records) * 1000 / elapsed_ms;
            const bool is_hot =
                bytes >= limits::on_demand_hot_bytes || records >= limits::on_demand_hot_records;
            one.hot_checks = is_hot ? one.hot_checks + 1 : 0;
            if (bytes > limits::on_demand_cold_bytes || records > limits::on_demand_cold_records)
                one.cold_since = now;
        }
        one.bytes = at.bytes_in;
        one.records = at.records_in;
        watched.emplace(shard.index, one);
    }
    watched_ = std::move(watched);

    std::vector<Scaling> actions;
    std::size_t count = stream.open.size();
    const auto count_min = static_cast<std::size_t>(
        std::max(limits::on_demand_shards, stream.warm_throughput_mibps.value_or(0)));
    for (std::size_t i = 0; i < stream.open.size(); ++i) {
        const Shard& shard = stream.open_shard(i);
        const Watched& one = watched_[shard.index];
        if (one.hot_checks >= limits::on_demand_hot_checks &&
            count < limits::on_demand_shards_max && shard.last_hash - shard.first_hash > 3) {
            actions.push_back({shard.index, std::nullopt});
            ++count;
        } else if (i + 1 < stream.open.size() && count > count_min) {
            const Shard& above = stream.open_shard(i + 1);
            const Timestamp since = std::max(one.cold_since, watched_[above.index].cold_since);
            if (now - since < limits::on_demand_cold_after) continue;
            FRESHET_CHECK(shard.last_hash + 1 == above.first_hash);  // neighbours on the ring
            actions.push_back({shard.index, above.index});
            --count;
            ++i;
        }
    }
    return actions;
}

}  // namespace freshet::stream
