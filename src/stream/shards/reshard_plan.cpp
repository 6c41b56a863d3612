#include "stream/shards/reshard_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/check.h"
#include "stream/errors.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/sequence.h"

namespace freshet::stream {
namespace {

/// Numbers the shards that are born and gives them a time of creation after that of their parents:
/// sequence numbers begin with it, and a child's come after its parents'.
class Planner {
  public:
    Planner(const Stream& stream, Timestamp now)
        : now_(now), first_(stream.shards.empty() ? 0 : stream.shards.back().index + 1) {}

    /// A shard with the parents' range or a part of it; the parents close.
    Shard bear(HashKey first, HashKey last, const Shard& parent, const Shard* adjacent) {
        FRESHET_CHECK(first <= last);               // a shard takes at least one hash
        FRESHET_CHECK(first >= parent.first_hash);  // and only hashes of its parents
        FRESHET_CHECK(last <= (adjacent ? adjacent : &parent)->last_hash);
        close(parent);
        Timestamp born = std::max(now_, parent.created);
        if (adjacent) {
            close(*adjacent);
            born = std::max(born, adjacent->created);
        }
        Born made;
        made.shard.index = first_ + static_cast<std::uint32_t>(plan_.born.size());
        made.shard.first_hash = first;
        made.shard.last_hash = last;
        made.shard.created = made.shard.opened = born + limits::child_after_parent;
        made.shard.parent = parent.index;
        if (adjacent) made.shard.adjacent_parent = adjacent->index;
        plan_.born.push_back(made);
        return made.shard;
    }

    /// Cuts `shard` before each of `bounds` and appends the pieces in order.
    void split(const Shard& shard, std::span<const HashKey> bounds, std::vector<Shard>& pieces) {
        if (bounds.empty()) {
            pieces.push_back(shard);
            return;
        }
        const std::size_t middle = bounds.size() / 2;
        const Shard left = bear(shard.first_hash, bounds[middle] - 1, shard, nullptr);
        const Shard right = bear(bounds[middle], shard.last_hash, shard, nullptr);
        split(left, bounds.first(middle), pieces);
        split(right, bounds.subspan(middle + 1), pieces);
    }

    Shard merge(std::span<const Shard> pieces) {
        if (pieces.size() == 1) return pieces.front();
        const Shard left = merge(pieces.first(pieces.size() / 2));
        const Shard right = merge(pieces.subspan(pieces.size() / 2));
        return bear(left.first_hash, right.last_hash, left, &right);
    }

    ReshardPlan take() {
        // The highest index is open until a later plan closes it: no index is given twice, although
        // retention removes closed shards.
        FRESHET_CHECK(plan_.born.empty() || plan_.born.back().stays);
        return std::move(plan_);
    }

  private:
    void close(const Shard& shard) {
        FRESHET_CHECK(shard.is_open());  // a shard closes once
        if (shard.index >= first_)
            plan_.born[shard.index - first_].stays = false;
        else if (plan_.closing.empty() || plan_.closing.back() != shard.index)
            plan_.closing.push_back(shard.index);
    }

    Timestamp now_;
    std::uint32_t first_;  ///< index of the first one born
    ReshardPlan plan_;
};

Result<const Shard*> eligible(const Stream& stream, std::uint32_t index) {
    const Shard* shard = stream.find_shard(index);
    if (!shard)
        return fail(Errc::not_found,
                    fmt::format("Could not find shard {} in stream {} under account {}.",
                                shard_name(index), stream.key.name, stream.key.home.account));
    if (!shard->is_open())
        return fail(Errc::invalid_argument,
                    fmt::format("Shard {} in stream {} under account {} has already been merged or "
                                "split, and thus is not eligible for merging or splitting.",
                                shard_name(index), stream.key.name, stream.key.home.account));
    return shard;
}

}  // namespace

Result<ReshardPlan> plan_split(const Stream& stream, std::uint32_t index, HashKey at,
                               Timestamp now) {
    auto shard = eligible(stream, index);
    if (!shard) return pass(shard);
    const Shard& parent = **shard;
    if (at <= parent.first_hash + 1 || at >= parent.last_hash)
        return fail(
            Errc::invalid_argument,
            fmt::format("NewStartingHashKey {} used in SplitShard() on shard {} in stream {} under "
                        "account {} is not both greater than one plus the shard's StartingHashKey "
                        "{} and less than the shard's EndingHashKey {}.",
                        to_decimal(at), shard_name(index), stream.key.name, stream.key.home.account,
                        to_decimal(parent.first_hash), to_decimal(parent.last_hash)));
    Planner planner(stream, now);
    planner.bear(parent.first_hash, at - 1, parent, nullptr);
    planner.bear(at, parent.last_hash, parent, nullptr);
    return planner.take();
}

Result<ReshardPlan> plan_merge(const Stream& stream, std::uint32_t index, std::uint32_t adjacent,
                               Timestamp now) {
    auto one = eligible(stream, index);
    if (!one) return pass(one);
    auto other = eligible(stream, adjacent);
    if (!other) return pass(other);
    // AWS takes the pair in the order of the ring only.
    if ((*one)->last_hash == hash_key_max || (*one)->last_hash + 1 != (*other)->first_hash)
        return fail(Errc::invalid_argument,
                    fmt::format("Shards {} and {} in stream {} under account {} are not an "
                                "adjacent pair of shards eligible for merging",
                                shard_name(index), shard_name(adjacent), stream.key.name,
                                stream.key.home.account));
    Planner planner(stream, now);
    planner.bear((*one)->first_hash, (*other)->last_hash, **one, *other);
    return planner.take();
}

ReshardPlan plan_count(const Stream& stream, int count, Timestamp now) {
    const auto ranges = even_ranges(count);
    std::vector<HashKey> bounds;
    for (std::size_t i = 1; i < ranges.size(); ++i) bounds.push_back(ranges[i].first);
    Planner planner(stream, now);
    std::vector<Shard> pieces;
    for (const std::size_t place : stream.open) {
        const Shard& shard = stream.shards[place];
        const auto from = std::ranges::upper_bound(bounds, shard.first_hash);
        const auto to = std::ranges::upper_bound(bounds, shard.last_hash);
        planner.split(shard, std::span(from, to), pieces);
    }
    std::size_t from = 0;
    for (const auto& [first, last] : ranges) {
        std::size_t to = from;
        while (to < pieces.size() && pieces[to].last_hash <= last) ++to;
        planner.merge(std::span(pieces).subspan(from, to - from));
        from = to;
    }
    return planner.take();
}

std::vector<Shard> children_of(const Stream& stream, std::uint32_t shard) {
    std::vector<Shard> children;
    for (const Shard& one : stream.shards) {
        if (one.has_parent(shard)) children.push_back(one);
    }
    return children;
}

}  // namespace freshet::stream
