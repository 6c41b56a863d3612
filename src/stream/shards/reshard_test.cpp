// What reshards make of the ring and of the lineage, by hand and at random; when on-demand streams
// scale; which shards a listing shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "stream/errors.h"
#include "stream/hash.h"
#include "stream/limits.h"
#include "stream/sequence.h"
#include "stream/shards/on_demand.h"
#include "stream/shards/reshard_plan.h"
#include "stream/shards/shard_filter.h"
#include "stream/stream.h"

namespace freshet::stream {
namespace {

const Timestamp start = from_epoch_ms(1'700'000'000'000);

Stream make(int count) {
    Stream stream;
    stream.key = {{"000000000000", "us-east-1"}, "s"};
    stream.created = start;
    std::uint32_t index = 0;
    for (const auto& [first, last] : even_ranges(count))
        stream.shards.push_back({.index = index++,
                                 .first_hash = first,
                                 .last_hash = last,
                                 .partition = log::PartitionId(index),
                                 .created = start,
                                 .opened = start});
    stream.index_open();
    return stream;
}

/// What the cut does, in memory.
void carry_out(Stream& stream, const ReshardPlan& plan, Timestamp at) {
    for (const std::uint32_t index : plan.closing) {
        Shard& shard = *stream.find_shard(index);
        ASSERT_TRUE(shard.is_open());
        shard.closed = at;
    }
    for (const Born& one : plan.born) {
        Shard shard = one.shard;
        shard.opened = at;
        if (!one.stays) shard.closed = at;
        stream.shards.push_back(shard);
    }
    stream.index_open();
}

void expect_whole_ring(const Stream& stream) {
    HashKey next = 0;
    for (std::size_t i = 0; i < stream.open.size(); ++i) {
        ASSERT_EQ(stream.open_shard(i).first_hash, next);
        next = stream.open_shard(i).last_hash + 1;
    }
    ASSERT_EQ(next, HashKey{0}) << "the last one ends the ring";
}

/// Each shard that was born has parents that closed no later, that it is of the hash range of, and
/// whose sequence numbers all come before its own.
void expect_lineage(const Stream& stream) {
    for (const Shard& shard : stream.shards) {
        if (!shard.parent) continue;
        std::vector<const Shard*> parents{stream.find_shard(*shard.parent)};
        if (shard.adjacent_parent) parents.push_back(stream.find_shard(*shard.adjacent_parent));
        bool is_covered = false;
        for (const Shard* parent : parents) {
            ASSERT_TRUE(parent && parent->closed);
            EXPECT_LT(parent->index, shard.index);
            EXPECT_LE(*parent->closed, shard.opened);
            const std::string end = last_sequence_number(*parent);
            const std::string begin = first_sequence_number(shard);
            EXPECT_EQ(end.size(), begin.size());
            EXPECT_LT(end, begin);
            is_covered = is_covered || (parent->first_hash <= shard.first_hash &&
                                        shard.last_hash <= parent->last_hash);
        }
        if (shard.adjacent_parent) {
            EXPECT_EQ(std::min(parents[0]->first_hash, parents[1]->first_hash), shard.first_hash);
            EXPECT_EQ(std::max(parents[0]->last_hash, parents[1]->last_hash), shard.last_hash);
        } else {
            EXPECT_TRUE(is_covered);
        }
    }
    for (const Shard& shard : stream.shards) {
        if (!shard.is_open()) EXPECT_FALSE(children_of(stream, shard.index).empty()) << shard.index;
    }
}

TEST(Ring, a_gap_an_overlap_and_a_missing_end_are_found) {
    EXPECT_TRUE(make(1).covers_ring());
    Stream stream = make(3);
    EXPECT_TRUE(stream.covers_ring());
    ++stream.shards[1].first_hash;
    EXPECT_FALSE(stream.covers_ring()) << "a gap";
    stream.shards[1].first_hash -= 2;
    EXPECT_FALSE(stream.covers_ring()) << "an overlap";
    ++stream.shards[1].first_hash;
    stream.shards[2].closed = start;
    stream.index_open();
    EXPECT_FALSE(stream.covers_ring()) << "no end";
    EXPECT_FALSE(Stream().covers_ring());
}

TEST(ReshardPlan, a_new_count_makes_even_ranges_with_a_complete_lineage) {
    Stream stream = make(1);
    Timestamp now = start;
    for (const int count : {64, 7, 128, 3, 4, 1000, 1}) {
        now += 1ms;  // all within a few seconds: children still sort after their parents
        carry_out(stream, plan_count(stream, count, now), now);
        const auto ranges = even_ranges(count);
        ASSERT_EQ(stream.open.size(), ranges.size());
        for (std::size_t i = 0; i < ranges.size(); ++i) {
            EXPECT_EQ(stream.open_shard(i).first_hash, ranges[i].first);
            EXPECT_EQ(stream.open_shard(i).last_hash, ranges[i].second);
        }
        expect_whole_ring(stream);
    }
    expect_lineage(stream);
    EXPECT_TRUE(plan_count(stream, 1, now).is_empty()) << "nothing to do";
}

TEST(ReshardPlan, random_splits_and_merges_keep_the_ring_whole) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Stream stream = make(4);
    for (int round = 0; round < 300; ++round) {
        const Timestamp now = start + Millis(round);
        const std::size_t place = random() % stream.open.size();
        const Shard& shard = stream.open_shard(place);
        Result<ReshardPlan> plan = ReshardPlan{};
        if (random() % 2 && place + 1 < stream.open.size())
            plan = plan_merge(stream, shard.index, stream.open_shard(place + 1).index, now);
        else if (shard.last_hash - shard.first_hash > 100)
            plan = plan_split(stream, shard.index, shard.first_hash + 2 + random() % 97, now);
        ASSERT_TRUE(plan) << plan.error().message();
        carry_out(stream, *plan, now);
        expect_whole_ring(stream);
    }
    expect_lineage(stream);
}

TEST(ReshardPlan, what_cannot_be_is_refused_in_the_words_of_AWS) {
    Stream stream = make(3);
    const auto refusal = [](const Result<ReshardPlan>& plan) {
        return plan ? "" : plan.error().message();
    };
    EXPECT_EQ(refusal(plan_split(stream, 9, 5, start)),
              "Could not find shard shardId-000000000009 in stream s under account 000000000000.");
    EXPECT_EQ(refusal(plan_split(stream, 0, 1, start)),
              "NewStartingHashKey 1 used in SplitShard() on shard shardId-000000000000 in stream s "
              "under account 000000000000 is not both greater than one plus the shard's "
              "StartingHashKey 0 and less than the shard's EndingHashKey "
              "113427455640312821154458202477256070484.");
    EXPECT_TRUE(plan_split(stream, 0, 2, start));
    EXPECT_EQ(refusal(plan_merge(stream, 0, 2, start)),
              "Shards shardId-000000000000 and shardId-000000000002 in stream s under account "
              "000000000000 are not an adjacent pair of shards eligible for merging");
    EXPECT_FALSE(plan_merge(stream, 0, 0, start));
    carry_out(stream, *plan_merge(stream, 0, 1, start), start);
    EXPECT_EQ(refusal(plan_split(stream, 1, 5, start)),
              "Shard shardId-000000000001 in stream s under account 000000000000 has already been "
              "merged or split, and thus is not eligible for merging or splitting.");
}

TEST(ShardFilter, shows_what_was_open_when) {
    Stream stream = make(2);
    const auto shown = [&](ShardFilter filter, Timestamp now) {
        std::vector<std::uint32_t> indexes;
        for (const Shard& shard : stream.shards) {
            if (passes(filter, shard, stream, now)) indexes.push_back(shard.index);
        }
        return indexes;
    };
    using Indexes = std::vector<std::uint32_t>;
    const Timestamp cut = start + 10h;
    carry_out(stream, *plan_split(stream, 0, 100, cut), cut);
    EXPECT_EQ(shown({FilterType::at_latest}, cut), (Indexes{1, 2, 3}));
    EXPECT_EQ(shown({FilterType::from_trim_horizon}, cut), (Indexes{0, 1, 2, 3}));
    EXPECT_EQ(shown({FilterType::at_trim_horizon}, cut), (Indexes{0, 1}));
    EXPECT_EQ(shown({FilterType::after_shard_id, 1}, cut), (Indexes{2, 3}));
    EXPECT_EQ(shown({FilterType::at_timestamp, 0, start + 1h}, cut), (Indexes{0, 1}));
    EXPECT_EQ(shown({FilterType::at_timestamp, 0, cut + 1ms}, cut + 1h), (Indexes{1, 2, 3}));
    EXPECT_EQ(shown({FilterType::from_timestamp, 0, start + 1h}, cut), (Indexes{0, 1, 2, 3}));
    EXPECT_EQ(shown({FilterType::from_timestamp, 0, cut + 1ms}, cut + 1h), (Indexes{1, 2, 3}));
    // A day later retention has passed over the cut.
    EXPECT_EQ(shown({FilterType::at_trim_horizon}, cut + 25h), (Indexes{1, 2, 3}));
    EXPECT_EQ(shown({FilterType::from_trim_horizon}, cut + 25h), (Indexes{1, 2, 3}));
}

TEST(OnDemand, splits_what_stays_hot_and_merges_what_stays_cold) {
    Stream stream = make(4);
    OnDemand on_demand;
    std::unordered_map<std::uint32_t, ShardFigures> figures;
    Timestamp now = start;
    const auto check = [&](std::uint64_t bytes_per_s) {
        now += 15s;
        figures[1].bytes_in += bytes_per_s * 15;
        return on_demand.check(stream, figures, now);
    };
    EXPECT_TRUE(check(0).empty());
    EXPECT_TRUE(check(499'999).empty());
    EXPECT_TRUE(check(600'000).empty()) << "one burst";
    const auto hot = check(600'000);
    ASSERT_EQ(hot.size(), 1u);
    EXPECT_EQ(hot[0].shard, 1u);
    EXPECT_FALSE(hot[0].merge_with);
    carry_out(stream, *plan_split(stream, 1, stream.shards[1].first_hash + 1000, now), now);
    for (int i = 0; i < 236; ++i) ASSERT_TRUE(check(0).empty()) << i;
    const auto cold = check(0);
    ASSERT_EQ(cold.size(), 1u) << "back to four, never below";
    EXPECT_TRUE(cold[0].merge_with);
    figures[0].records_in += 501 * 15;
    EXPECT_EQ(check(0).size(), 1u);
}

}  // namespace
}  // namespace freshet::stream
