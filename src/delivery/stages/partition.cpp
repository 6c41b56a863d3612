#include "delivery/stages/partition.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "delivery/naming/prefix.h"
#include "delivery/stages/transform.h"

namespace freshet::delivery {
namespace {

/// Items with the same keys, which have the same prefix.
struct Group {
    Timestamp oldest;
    std::vector<std::size_t> items;
};

/// The items' keys, which are interned: equal ones are one pointer.
using KeyPair = std::pair<const PartitionKeys*, const PartitionKeys*>;
struct HashOfPair {
    std::size_t operator()(const KeyPair& pair) const {
        const auto number = [](const PartitionKeys* keys) {
            return reinterpret_cast<std::uintptr_t>(keys);
        };
        return std::hash<std::uintptr_t>()(number(pair.first) * 31 + number(pair.second));
    }
};

const PartitionKeys* keys_or_none(const SharedKeys& keys) {
    static const PartitionKeys none;
    return keys ? keys.get() : &none;
}

void fail_all(Flow& flow, const Group& group, const char* type, const StageProblem& problem,
              Timestamp now) {
    for (const std::size_t at : group.items)
        append_failed(flow.items[at], {problem, 1, now, ""}, flow.failures[type]);
}

/// In the order in which their first records came.
std::vector<Group> groups_of(const Flow& flow) {
    std::vector<Group> groups;
    std::unordered_map<KeyPair, std::size_t, HashOfPair> places;
    for (std::size_t i = 0; i < flow.items.size(); ++i) {
        const Item& item = flow.items[i];
        const auto [place, is_new] =
            places.emplace(KeyPair(item.from_query.get(), item.from_lambda.get()), groups.size());
        if (is_new) groups.push_back({item.arrival, {}});
        Group& group = groups[place->second];
        group.oldest = std::min(group.oldest, item.arrival);
        group.items.push_back(i);
    }
    return groups;
}

}  // namespace

SharedKeys KeyInterner::intern(PartitionKeys keys) {
    std::string name;
    for (const auto& [key, value] : keys)
        name += fmt::format("{}:{}={}:{};", key.size(), key, value.size(), value);
    const auto [place, is_new] = known_.try_emplace(std::move(name));
    if (is_new) place->second = std::make_shared<const PartitionKeys>(std::move(keys));
    return place->second;
}

std::vector<Portion> one_portion(Flow& flow, const Destination& destination,
                                 const PrefixInput& input) {
    if (flow.items.empty()) return {};
    const auto prefix = evaluate_prefix(destination.prefix, input);
    Portion all{prefix ? *prefix : "", input.instant, {}, {}, 0};
    all.records.reserve(flow.items.size());
    for (Item& item : flow.items) {
        all.bytes += item.data.size();
        all.items.push_back(all.items.size());
        all.records.push_back(std::move(item.data));
    }
    return {std::move(all)};
}

std::vector<Portion> partition(Flow& flow, const Destination& destination,
                               std::size_t partitions_max, std::uint64_t seed, Timestamp now) {
    std::vector<Portion> portions;
    std::unordered_map<std::string, std::size_t> places;
    const TimeZone* zone =
        destination.time_zone == "UTC" ? nullptr : TimeZone::find(destination.time_zone);
    std::size_t taken = 0;
    bool is_exceeded = false;
    for (const Group& group : groups_of(flow)) {
        const Item& first = flow.items[group.items.front()];
        taken += group.items.size();
        PrefixInput input{group.oldest, std::nullopt, seed, zone};
        input.from_query = keys_or_none(first.from_query);
        input.from_lambda = keys_or_none(first.from_lambda);
        auto prefix = evaluate_prefix(destination.prefix, input);
        if (!prefix) {
            fail_all(flow, group, "processing-failed",
                     {"DynamicPartitioning.PrefixEvaluationFailed", prefix.error().message()}, now);
            continue;
        }
        const auto [place, is_new] = places.emplace(std::move(*prefix), portions.size());
        if (is_new && portions.size() == partitions_max) {
            places.erase(place);
            is_exceeded = true;
            fail_all(
                flow, group, "activePartitionExceeded",
                {"DynamicPartitioning.ActivePartitionsLimitExceeded",
                 fmt::format("The delivery stream has {} active partitions, which is its limit",
                             partitions_max)},
                now);
            continue;
        }
        if (is_new) portions.push_back({place->first, group.oldest, {}, {}, 0});
        Portion& portion = portions[place->second];
        portion.oldest = std::min(portion.oldest, group.oldest);
        for (const std::size_t at : group.items) {
            portion.bytes += flow.items[at].data.size();
            portion.items.push_back(at);
            portion.records.push_back(std::move(flow.items[at].data));
        }
    }
    FRESHET_CHECK(taken == flow.items.size());  // each record is in one group
    flow.measured.push_back({Metric::partition_count, static_cast<double>(portions.size())});
    flow.measured.push_back({Metric::partition_count_exceeded, is_exceeded ? 1.0 : 0.0});
    return portions;
}

}  // namespace freshet::delivery
