#include "log/follow/merge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

namespace freshet::log {
namespace {

/// A partition of the test: its records, of which a time is all that matters.
struct Shard {
    std::uint32_t rank = 0;
    std::vector<std::int64_t> times;
};

class MergeTest : public testing::Test {
  protected:
    static PartitionId partition_of(std::uint32_t rank) { return PartitionId(rank + 100); }

    void add(Shard shard, Ordinal next = 0) {
        merge.add(shard.rank, partition_of(shard.rank), next);
        merge.set_end(shard.rank, shard.times.size());
        shards[shard.rank] = std::move(shard);
    }
    /// What a log would answer.
    void answer(const Merge::Want& want) {
        ++reads;
        const Shard& shard = shards.at(want.rank);
        EXPECT_EQ(want.partition, partition_of(want.rank));
        std::vector<Record> records;
        for (Ordinal i = want.from; i < shard.times.size() && records.size() < want.records_max;
             ++i)
            records.push_back({i, from_epoch_ms(shard.times[i]), Bytes::literal("x")});
        most_ahead = std::max(most_ahead, records.size());
        merge.give(want.rank, std::move(records));
    }
    std::optional<Taken> pop(std::int64_t bound_ms = 1'000'000) {
        while (const auto want = merge.wants()) answer(*want);
        return merge.pop(from_epoch_ms(bound_ms));
    }
    /// "rank:number", in the order in which they come.
    std::vector<std::string> all(std::int64_t bound_ms = 1'000'000) {
        std::vector<std::string> names;
        while (const auto taken = pop(bound_ms))
            names.push_back(std::to_string(taken->rank) + ":" +
                            std::to_string(taken->record.ordinal));
        return names;
    }
    using Names = std::vector<std::string>;

    Merge merge{{1000, 1 << 20}};
    std::map<std::uint32_t, Shard> shards;
    int reads = 0;
    std::size_t most_ahead = 0;
};

TEST_F(MergeTest, records_come_by_time_then_by_rank_then_by_number) {
    add({0, {10, 20, 20}});
    add({1, {5, 20, 30}});
    add({2, {20}});
    EXPECT_EQ(all(), (Names{"1:0", "0:0", "0:1", "0:2", "1:1", "2:0", "1:2"}));
}

TEST_F(MergeTest, a_record_at_the_bound_waits_as_an_equal_one_may_still_come) {
    add({0, {10, 20}});
    add({1, {19, 21}});
    EXPECT_EQ(all(20), (Names{"0:0", "1:0"}));
    EXPECT_EQ(all(21), (Names{"0:1"}));
    EXPECT_EQ(all(22), (Names{"1:1"}));
}

TEST_F(MergeTest, nothing_is_popped_while_the_head_of_a_partition_is_unknown) {
    add({0, {10}});
    add({1, {5}});
    answer(*merge.wants());
    EXPECT_DEATH(merge.pop(from_epoch_ms(100)), "hungry_.empty");
}

TEST_F(MergeTest, nothing_is_read_before_an_end_is_known_nor_beyond_it) {
    merge.add(0, partition_of(0), 0);
    shards[0] = {0, {1, 2, 3}};
    EXPECT_FALSE(merge.wants());
    merge.set_end(0, 2);
    EXPECT_EQ(all(), (Names{"0:0", "0:1"}));
    EXPECT_EQ(merge.positions().at(100), 2u);
    merge.set_end(0, 3);
    EXPECT_EQ(all(), (Names{"0:2"}));
}

TEST_F(MergeTest, records_that_nobody_is_to_see_count_as_taken) {
    add({0, {1, 2}});
    while (const auto want = merge.wants()) merge.give(want->rank, {});
    EXPECT_FALSE(merge.pop(from_epoch_ms(100)));
    EXPECT_EQ(merge.positions().at(100), 2u);
}

TEST_F(MergeTest, partitions_come_and_go_between_two_records) {
    add({0, {10, 40}});
    add({1, {20, 30}});
    EXPECT_EQ(pop()->rank, 0u);
    add({7, {15}});
    merge.remove(1);
    EXPECT_FALSE(merge.has(1));
    EXPECT_EQ(all(), (Names{"7:0", "0:1"}));
    EXPECT_EQ(merge.positions(), (Positions{{100, 2}, {107, 1}}));
}

TEST_F(MergeTest, a_rank_is_used_once_and_in_order) {
    add({3, {}});
    EXPECT_DEATH(merge.add(3, partition_of(3), 0), "rank >");
    EXPECT_DEATH(merge.add(2, partition_of(2), 0), "rank >");
}

TEST_F(MergeTest, a_merge_that_begins_at_positions_gives_the_rest_in_the_same_order) {
    const std::vector<Shard> three{{0, {1, 4, 4, 9}}, {1, {2, 4, 8}}, {2, {4, 4, 10}}};
    for (const Shard& shard : three) add(shard);
    const Names whole = all();
    for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
        merge.clear();
        for (const Shard& shard : three) add(shard);
        Names names;
        for (std::size_t i = 0; i < cut; ++i) {
            const auto taken = pop();
            names.push_back(std::to_string(taken->rank) + ":" +
                            std::to_string(taken->record.ordinal));
        }
        const Positions reached = merge.positions();
        merge.clear();
        for (const Shard& shard : three) add(shard, reached.at(*partition_of(shard.rank)));
        for (const std::string& name : all()) names.push_back(name);
        EXPECT_EQ(names, whole) << "cut after " << cut;
    }
}

TEST_F(MergeTest, what_is_put_back_comes_again) {
    add({0, {10, 20}});
    add({1, {15}});
    std::vector<Taken> taken;
    for (int i = 0; i < 3; ++i) taken.push_back(*pop());
    EXPECT_EQ(merge.positions(), (Positions{{100, 2}, {101, 1}}));
    merge.put_back(std::move(taken));
    EXPECT_EQ(merge.positions(), (Positions{{100, 0}, {101, 0}}));
    EXPECT_EQ(all(), (Names{"0:0", "1:0", "0:1"}));
}

TEST_F(MergeTest, a_move_forgets_what_was_read_ahead) {
    add({0, {10, 20, 30}});
    EXPECT_EQ(pop()->record.ordinal, 0u);
    merge.move(0, 2);
    EXPECT_EQ(all(), (Names{"0:2"}));
    merge.move(0, 1);
    EXPECT_EQ(all(), (Names{"0:1", "0:2"}));
}

TEST_F(MergeTest, records_that_retention_removed_are_skipped_and_those_in_memory_are_not) {
    add({0, {10, 20, 30}});
    merge.skip_to(0, 1);
    EXPECT_EQ(pop()->record.ordinal, 1u);
    merge.skip_to(0, 3);
    EXPECT_EQ(all(), (Names{"0:2"})) << "it was read ahead";
}

TEST_F(MergeTest, an_answer_that_goes_back_in_number_or_time_is_a_defect) {
    add({0, {10, 20}}, 1);
    const auto want = merge.wants();
    EXPECT_DEATH(merge.give(want->rank, {{0, from_epoch_ms(10), {}}}), "ordinal >= one.next");
    shards[0].times = {10, 20, 5};
    merge.set_end(0, 3);
    EXPECT_DEATH(answer(*merge.wants()), "time >= ");
}

TEST_F(MergeTest, a_thousand_partitions_are_one_order_and_read_in_bounded_pieces) {
    constexpr std::uint32_t count = 1000;
    std::mt19937 random(11);
    std::vector<std::tuple<std::int64_t, std::uint32_t, Ordinal>> expected;
    for (std::uint32_t rank = 0; rank < count; ++rank) {
        Shard shard{rank, {}};
        std::int64_t time = 0;
        for (Ordinal i = 0; i < 30; ++i) {
            shard.times.push_back(time += random() % 50);
            expected.emplace_back(time, rank, i);
        }
        add(std::move(shard));
    }
    std::ranges::sort(expected);
    Names names;
    for (const auto& [at, rank, number] : expected)
        names.push_back(std::to_string(rank) + ":" + std::to_string(number));
    EXPECT_EQ(all(), names);
    EXPECT_EQ(reads, static_cast<int>(count)) << "one read of each partition, none for a record";
}

TEST_F(MergeTest, many_partitions_share_the_bound_of_what_is_read_ahead) {
    Merge one{{10'000, 8 << 20}};
    one.add(0, partition_of(0), 0);
    one.set_end(0, 50'000);
    EXPECT_EQ(one.wants()->records_max, 10'000u);
    EXPECT_EQ(one.wants()->bytes_max, std::size_t{8 << 20});
    for (std::uint32_t rank = 1; rank < 20; ++rank) {
        one.add(rank, partition_of(rank), 0);
        one.set_end(rank, 50'000);
    }
    EXPECT_EQ(one.wants()->records_max, 500u);
    for (std::uint32_t rank = 20; rank < 1000; ++rank) {
        one.add(rank, partition_of(rank), 0);
        one.set_end(rank, 50'000);
    }
    EXPECT_EQ(one.wants()->records_max, 256u) << "a read of one record would never end";
    EXPECT_EQ(one.wants()->bytes_max, std::size_t{64 * 1024});
}

}  // namespace
}  // namespace freshet::log
