// Consumers of enhanced fan-out: names that subscribe to a stream's shards.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "stream/limits.h"
#include "stream/live/live.h"
#include "stream/stream.h"

namespace freshet::stream {

Result<const Consumer*> Streams::find_consumer(const StreamKey& key,
                                               const std::string& name) const {
    auto stream = find(key);
    if (!stream) return pass(stream);
    const auto found = (*stream)->consumers.find(name);
    if (found == (*stream)->consumers.end())
        return fail(Errc::not_found,
                    fmt::format("Consumer {}, account {} not found.", name, key.account));
    return &found->second;
}

io::Task<Result<Consumer>> Streams::register_consumer(StreamKey key, std::string name, Tags tags) {
    auto held = co_await change(key);
    if (!held) co_return pass(held);
    Stream& stream = held->stream();
    if (stream.consumers.contains(name))
        co_return fail(Errc::in_use,
                       fmt::format("Consumer {} under stream {} under account {} already exists.",
                                   name, key.name, key.account));
    const std::size_t consumers_max =
        options_.aws_limits ? limits::consumers_max_aws : limits::consumers_max;
    if (stream.consumers.size() >= consumers_max)
        co_return fail(Errc::limit,
                       fmt::format("Stream {} under account {} has {} consumers, and no more can "
                                   "be registered",
                                   key.name, key.account, consumers_max));
    if (tags.size() > limits::tags_max)
        co_return fail(Errc::limit,
                       fmt::format("A consumer has at most {} tags", limits::tags_max));
    const auto creating = std::ranges::count_if(
        stream.consumers, [this](const auto& one) { return is_creating(one.second); });
    if (options_.aws_limits && static_cast<std::size_t>(creating) >= limits::consumers_creating_max)
        co_return fail(Errc::limit,
                       fmt::format("Stream {} under account {} has {} consumers in CREATING status",
                                   key.name, key.account, creating));
    Consumer consumer{0, std::move(name), home_.now(), std::move(tags)};
    const std::int64_t id = stream.id;
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::insert_consumer(txn, id, consumer); });
    if (!saved) co_return pass(saved);
    stream.consumers.emplace(consumer.name, consumer);
    co_return consumer;
}

io::Task<Result<>> Streams::deregister_consumer(StreamKey key, std::string name) {
    auto held = co_await turn(key);
    if (!held) co_return pass(held);
    auto found = find_consumer(key, name);
    if (!found) co_return pass(found);
    const std::int64_t id = (*found)->id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove_consumer(txn, id); });
    if (!removed) co_return removed;
    held->stream().consumers.erase(name);
    end_subscriptions(held->stream().id, id,
                      Error(Errc::not_found,
                            fmt::format("Consumer {}, account {} not found.", name, key.account)));
    co_return Result<>();
}

io::Task<Result<>> Streams::tag_consumer(StreamKey key, std::string name, Tags add,
                                         std::vector<std::string> remove) {
    auto held = co_await turn(key);
    if (!held) co_return pass(held);
    auto found = find_consumer(key, name);
    if (!found) co_return pass(found);
    Consumer consumer = **found;
    for (auto& [tag, value] : add) consumer.tags[tag] = value;
    for (const auto& tag : remove) consumer.tags.erase(tag);
    if (consumer.tags.size() > limits::tags_max)
        co_return fail(Errc::limit,
                       fmt::format("A consumer has at most {} tags", limits::tags_max));
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::write_consumer_tags(txn, consumer); });
    if (saved) held->stream().consumers[consumer.name] = std::move(consumer);
    co_return saved;
}

}  // namespace freshet::stream
