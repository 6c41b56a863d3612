// Consumers of enhanced fan-out: names that subscribe to a stream's shards.
#include <fmt/format.h>

#include <algorithm>

#include "stream/fan_out/fan_out.h"
#include "stream/limits.h"
#include "stream/store.h"

namespace freshet::stream {
namespace {

Failure no_such_consumer(const StreamKey& key, const std::string& name) {
    return fail(Errc::not_found,
                fmt::format("Consumer {}, account {} not found.", name, key.home.account));
}

}  // namespace

Result<const Consumer*> FanOut::find_consumer(const StreamKey& key, const std::string& name) const {
    const auto live = streams_.find(key);
    if (!live) return no_such_stream(key);
    const auto found = live->stream.consumers.find(name);
    if (found == live->stream.consumers.end()) return no_such_consumer(key, name);
    return &found->second;
}

io::Task<Result<Consumer>> FanOut::register_consumer(StreamKey key, std::string name, Tags tags) {
    auto held = co_await streams_.change(key);
    if (!held) co_return pass(held);
    Stream& stream = held->stream();
    if (stream.consumers.contains(name))
        co_return fail(Errc::in_use,
                       fmt::format("Consumer {} under stream {} under account {} already exists.",
                                   name, key.name, key.home.account));
    const std::size_t consumers_max =
        streams_.options().has_aws_limits ? limits::consumers_max_aws : limits::consumers_max;
    if (stream.consumers.size() >= consumers_max)
        co_return fail(Errc::limit,
                       fmt::format("Stream {} under account {} has {} consumers, and no more can "
                                   "be registered",
                                   key.name, key.home.account, consumers_max));
    if (tags.size() > limits::tags_max)
        co_return fail(Errc::limit,
                       fmt::format("A consumer has at most {} tags", limits::tags_max));
    const auto creating = std::ranges::count_if(
        stream.consumers, [this](const auto& one) { return is_creating(one.second); });
    if (streams_.options().has_aws_limits &&
        static_cast<std::size_t>(creating) >= limits::consumers_creating_max)
        co_return fail(Errc::limit,
                       fmt::format("Stream {} under account {} has {} consumers in CREATING status",
                                   key.name, key.home.account, creating));
    Consumer consumer{0, std::move(name), streams_.now(), std::move(tags)};
    const std::int64_t id = stream.id;
    auto saved = co_await database_.write(
        [&](meta::Txn& txn) { return store::insert_consumer(txn, id, consumer); });
    if (!saved) co_return pass(saved);
    stream.consumers.emplace(consumer.name, consumer);
    co_return consumer;
}

io::Task<Result<>> FanOut::deregister_consumer(StreamKey key, std::string name) {
    auto held = co_await streams_.turn(key);
    if (!held) co_return pass(held);
    auto found = find_consumer(key, name);
    if (!found) co_return pass(found);
    const std::int64_t id = (*found)->id;
    auto removed =
        co_await database_.write([id](meta::Txn& txn) { return store::remove_consumer(txn, id); });
    if (!removed) co_return removed;
    held->stream().consumers.erase(name);
    end(held->stream().id, no_such_consumer(key, name).error(), id);
    co_return Result<>();
}

io::Task<Result<>> FanOut::tag_consumer(StreamKey key, std::string name, Tags add,
                                        std::vector<std::string> remove) {
    auto held = co_await streams_.turn(key);
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
