// What is set on a stream, a consumer or an account: tags, policies, monitoring, sizes,
// commitments.
#include <fmt/format.h>

#include <algorithm>

#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/stream.h"

namespace freshet::stream {

/// The caller holds the stream's Turn and changed a copy of it, but not its shards.
io::Task<Result<>> Streams::save(Live& live, Stream changed) {
    auto saved = co_await database_.write(
        [&changed](meta::Txn& txn) { return store::update(txn, changed); });
    if (saved) live.stream = std::move(changed);
    co_return saved;
}

io::Task<Result<>> Streams::change_tags(StreamKey key, Tags add, std::vector<std::string> remove) {
    auto held = co_await turn(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    for (auto& [name, value] : add) stream.tags[name] = value;
    for (const auto& name : remove) stream.tags.erase(name);
    // AWS's sentence says 10 to this day, as it was when 10 were allowed.
    if (stream.tags.size() > limits::tags_max)
        co_return fail(
            Errc::invalid_argument,
            fmt::format("Failed to add tags to stream {} under account {} because a given stream "
                        "cannot have more than 10 tags associated with it.",
                        key.name, key.account));
    auto saved = co_await save(held->live(), std::move(stream));
    co_return saved;
}

io::Task<Result<>> Streams::set_policy(StreamKey key, std::optional<std::string> consumer,
                                       std::optional<std::string> policy) {
    auto held = co_await turn(key);
    if (!held) co_return pass(held);
    if (consumer) {
        auto found = find_consumer(key, *consumer);
        if (!found) co_return pass(found);
    }
    const std::optional<std::string>& old =
        consumer ? held->stream().consumers[*consumer].policy : held->stream().policy;
    if (!policy && !old)
        co_return fail(Errc::not_found, "There is no resource policy on this resource.");
    if (!consumer) {
        Stream stream = held->stream();
        stream.policy = std::move(policy);
        auto saved = co_await save(held->live(), std::move(stream));
        co_return saved;
    }
    Consumer changed = held->stream().consumers[*consumer];
    changed.policy = std::move(policy);
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_consumer_policy(txn, changed); });
    if (saved) held->stream().consumers[*consumer] = std::move(changed);
    co_return saved;
}

io::Task<Result<Streams::Monitoring>> Streams::set_monitoring(StreamKey key,
                                                              std::set<std::string> add,
                                                              std::set<std::string> remove) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    Monitoring monitoring{stream.shard_metrics, {}};
    stream.shard_metrics.merge(add);
    for (const auto& name : remove) stream.shard_metrics.erase(name);
    monitoring.after = stream.shard_metrics;
    auto saved = co_await save(held->live(), std::move(stream));
    if (!saved) co_return pass(saved);
    co_return monitoring;
}

io::Task<Result<>> Streams::set_record_size(StreamKey key, int kib) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    stream.record_kib_max = kib;
    auto saved = co_await save(held->live(), std::move(stream));
    co_return saved;
}

io::Task<Result<Streams::Counts>> Streams::set_warm_throughput(StreamKey key, int mibps) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    auto allowed = check_warm_throughput(key, held->stream().mode, mibps);
    if (!allowed) co_return pass(allowed);
    Stream stream = held->stream();
    stream.warm_throughput_mibps = mibps;
    auto saved = co_await save(held->live(), std::move(stream));
    if (!saved) co_return pass(saved);
    const int open = static_cast<int>(held->stream().open.size());
    // A shard takes a MiB a second: as many stand ready from now on.
    auto warmed = co_await warm(held->live());
    if (!warmed) co_return pass(warmed);
    co_return Counts{open, mibps};
}

Result<> Streams::check_warm_throughput(const StreamKey& key, Mode mode, int mibps) const {
    if (mode != Mode::on_demand)
        return fail(Errc::not_in_this_mode,
                    fmt::format("Request is invalid. Warm throughput is only supported for streams "
                                "in On-Demand mode; stream {} under account {} is in Provisioned "
                                "mode.",
                                key.name, key.account));
    if (commitment(key.account, key.region).status(home_.now()) == Commitment::Status::disabled)
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

/// The caller holds the stream's Turn.
io::Task<Result<>> Streams::warm(Live& live) {
    const auto wanted = std::min<std::size_t>(
        static_cast<std::size_t>(live.stream.warm_throughput_mibps.value_or(0)),
        limits::on_demand_shards_max);
    if (live.stream.mode != Mode::on_demand || wanted <= live.stream.open.size())
        co_return Result<>();
    auto done =
        co_await reshard(live, plan_count(live.stream, static_cast<int>(wanted), home_.now()));
    co_return done;
}

Streams::Usage Streams::usage(const std::string& account, const std::string& region) const {
    Usage usage;
    for (const auto& [key, live] : streams_) {
        if (key.account != account || key.region != region) continue;
        usage.open_shards += live->stream.open.size();
        usage.on_demand_streams += live->stream.mode == Mode::on_demand;
    }
    return usage;
}

Commitment::Status Commitment::status(Timestamp now) const {
    if (!started || (ends && *ends <= now)) return Status::disabled;
    return ends ? Status::ending : Status::enabled;
}

Commitment Streams::commitment(const std::string& account, const std::string& region) const {
    const auto found = commitments_.find({account, region});
    return found == commitments_.end() ? Commitment{} : found->second;
}

io::Task<Result<Commitment>> Streams::set_commitment(std::string account, std::string region,
                                                     bool enabled) {
    const Timestamp now = home_.now();
    Commitment wanted = commitment(account, region);
    const bool runs = wanted.status(now) != Commitment::Status::disabled;
    if (enabled && !runs) wanted.started = now;
    if (enabled) wanted.ends.reset();
    if (!enabled && runs && !wanted.ends)
        wanted.ends = std::max(now, *wanted.started + limits::commitment_min);
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_commitment(txn, account, region, wanted); });
    if (!saved) co_return pass(saved);
    commitments_[{account, region}] = wanted;
    co_return wanted;
}

}  // namespace freshet::stream
