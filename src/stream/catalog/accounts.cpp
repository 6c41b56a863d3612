#include "stream/catalog/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {

Accounts::Usage Accounts::usage(const Home& home) const {
    Usage usage;
    for (const auto& [key, live] : streams_.all()) {
        if (key.home != home) continue;
        usage.open_shards += live->stream.open.size();
        usage.on_demand_streams += live->stream.mode == Mode::on_demand;
    }
    return usage;
}

bool Accounts::take_call(std::string_view operation, const Home& home) {
    return !streams_.options().has_aws_limits || calls_.take(operation, home, streams_.now());
}

Commitment::Status Commitment::status(Timestamp now) const {
    if (!started || (ends && *ends <= now)) return Status::disabled;
    return ends ? Status::ending : Status::enabled;
}

Commitment Accounts::commitment(const Home& home) const {
    const auto found = commitments_.find(home);
    return found == commitments_.end() ? Commitment{} : found->second;
}

io::Task<Result<Commitment>> Accounts::set_commitment(Home home, bool is_enabled) {
    const Timestamp now = streams_.now();
    Commitment wanted = commitment(home);
    const bool runs = wanted.status(now) != Commitment::Status::disabled;
    if (is_enabled && !runs) wanted.started = now;
    if (is_enabled) wanted.ends.reset();
    if (!is_enabled && runs && !wanted.ends)
        wanted.ends = std::max(now, *wanted.started + limits::commitment_min);
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_commitment(txn, home, wanted); });
    if (!saved) co_return pass(saved);
    commitments_[home] = wanted;
    co_return wanted;
}

Result<> Accounts::check_shard_limit(const StreamKey& key, std::size_t additional) const {
    const std::size_t open = usage(key.home).open_shards;
    if (open + additional <= shard_limit()) return {};
    return fail(
        Errc::limit,
        fmt::format("This request would exceed the shard limit for the account {} in {}. Current "
                    "shard count for the account: {}. Limit: {}. Number of additional shards that "
                    "would have resulted from this request: {}. Refer to the AWS Service Limits "
                    "page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
                    "for current limits and how to request higher limits.",
                    key.home.account, key.home.region, open, shard_limit(), additional));
}

Result<> Accounts::check_warm_throughput(const StreamKey& key, Mode mode, int mibps) const {
    if (mode != Mode::on_demand)
        return fail(Errc::not_in_this_mode,
                    fmt::format("Request is invalid. Warm throughput is only supported for streams "
                                "in On-Demand mode; stream {} under account {} is in Provisioned "
                                "mode.",
                                key.name, key.home.account));
    if (commitment(key.home).status(streams_.now()) == Commitment::Status::disabled)
        return fail(Errc::not_in_this_mode,
                    fmt::format("Request is invalid. Warm throughput is only supported in accounts "
                                "that have MinimumThroughputBillingCommitment enabled; account {} "
                                "has not.",
                                key.home.account));
    if (mibps > limits::warm_throughput_mibps_max)
        return fail(Errc::invalid_argument,
                    fmt::format("WarmThroughputMiBps {} is over the limit of {}", mibps,
                                limits::warm_throughput_mibps_max));
    return {};
}

}  // namespace freshet::stream
