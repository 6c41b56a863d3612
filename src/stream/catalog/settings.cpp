// What is set on a stream or on one of its consumers: tags, policies, monitoring, sizes.
#include <fmt/format.h>

#include "stream/catalog/catalog.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {

io::Task<Result<>> Catalog::change_tags(StreamKey key, Tags add, std::vector<std::string> remove) {
    auto held = co_await streams_.turn(key);
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
                        key.name, key.home.account));
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    co_return saved;
}

io::Task<Result<>> Catalog::set_policy(StreamKey key, std::optional<std::string> consumer,
                                       std::optional<std::string> policy) {
    auto held = co_await streams_.turn(key);
    if (!held) co_return pass(held);
    if (consumer) {
        auto found = fan_out_.find_consumer(key, *consumer);
        if (!found) co_return pass(found);
    }
    const std::optional<std::string>& old =
        consumer ? held->stream().consumers[*consumer].policy : held->stream().policy;
    if (!policy && !old)
        co_return fail(Errc::not_found, "There is no resource policy on this resource.");
    if (!consumer) {
        Stream stream = held->stream();
        stream.policy = std::move(policy);
        auto saved = co_await streams_.save(held->live(), std::move(stream));
        co_return saved;
    }
    Consumer changed = held->stream().consumers[*consumer];
    changed.policy = std::move(policy);
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_consumer_policy(txn, changed); });
    if (saved) held->stream().consumers[*consumer] = std::move(changed);
    co_return saved;
}

io::Task<Result<Catalog::Monitoring>> Catalog::set_monitoring(StreamKey key,
                                                              std::set<std::string> add,
                                                              std::set<std::string> remove) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    Monitoring monitoring{stream.shard_metrics, {}};
    stream.shard_metrics.merge(add);
    for (const auto& name : remove) stream.shard_metrics.erase(name);
    monitoring.after = stream.shard_metrics;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    if (!saved) co_return pass(saved);
    co_return monitoring;
}

io::Task<Result<>> Catalog::set_record_size(StreamKey key, int kib) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    Stream stream = held->stream();
    stream.record_kib_max = kib;
    auto saved = co_await streams_.save(held->live(), std::move(stream));
    co_return saved;
}

}  // namespace freshet::stream
