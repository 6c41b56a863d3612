#include "stream/catalog/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {

Accounts::Usage Accounts::usage(const std::string& account, const std::string& region) const {
    Usage usage;
    for (const auto& [key, live] : streams_.all()) {
        if (key.account != account || key.region != region) continue;
        usage.open_shards += live->stream.open.size();
        usage.on_demand_streams += live->stream.mode == Mode::on_demand;
    }
    return usage;
}

bool Accounts::take_call(std::string_view operation, const std::string& account,
                         const std::string& region) {
    return !streams_.options().has_aws_limits ||
           calls_.take(operation, account, region, streams_.now());
}

Commitment::Status Commitment::status(Timestamp now) const {
    if (!started || (ends && *ends <= now)) return Status::disabled;
    return ends ? Status::ending : Status::enabled;
}

Commitment Accounts::commitment(const std::string& account, const std::string& region) const {
    const auto found = commitments_.find({account, region});
    return found == commitments_.end() ? Commitment{} : found->second;
}

io::Task<Result<Commitment>> Accounts::set_commitment(std::string account, std::string region,
                                                      bool is_enabled) {
    const Timestamp now = streams_.now();
    Commitment wanted = commitment(account, region);
    const bool runs = wanted.status(now) != Commitment::Status::disabled;
    if (is_enabled && !runs) wanted.started = now;
    if (is_enabled) wanted.ends.reset();
    if (!is_enabled && runs && !wanted.ends)
        wanted.ends = std::max(now, *wanted.started + limits::commitment_min);
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_commitment(txn, account, region, wanted); });
    if (!saved) co_return pass(saved);
    commitments_[{account, region}] = wanted;
    co_return wanted;
}

Result<> Accounts::check_shard_limit(const StreamKey& key, std::size_t additional) const {
    const std::size_t open = usage(key.account, key.region).open_shards;
    if (open + additional <= shard_limit()) return {};
    return fail(
        Errc::limit,
        fmt::format("This request would exceed the shard limit for the account {} in {}. Current "
                    "shard count for the account: {}. Limit: {}. Number of additional shards that "
                    "would have resulted from this request: {}. Refer to the AWS Service Limits "
                    "page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "
                    "for current limits and how to request higher limits.",
                    key.account, key.region, open, shard_limit(), additional));
}

Result<> Accounts::check_warm_throughput(const StreamKey& key, Mode mode, int mibps) const {
    if (mode != Mode::on_demand)
        return fail(Errc::not_in_this_mode,
                    fmt::format("Request is invalid. Warm throughput is only supported for streams "
                                "in On-Demand mode; stream {} under account {} is in Provisioned "
                                "mode.",
                                key.name, key.account));
    if (commitment(key.account, key.region).status(streams_.now()) == Commitment::Status::disabled)
        return fail(Errc::not_in_this_mode,
                    fmt::format("Request is invalid. Warm throughput is only supported in accounts "
                                "that have MinimumThroughputBillingCommitment enabled; account {} "
                                "has not.",
                                key.account));
    if (mibps > limits::warm_throughput_mibps_max)
        return fail(Errc::invalid_argument,
                    fmt::format("WarmThroughputMiBps {} is over the limit of {}", mibps,
                                limits::warm_throughput_mibps_max));
    return {};
}

}  // namespace freshet::stream
