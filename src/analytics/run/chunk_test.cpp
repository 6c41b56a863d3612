// The rules of docs/decisions/032 that one chunk of records decides.
#include "analytics/run/chunk.h"

#include <gtest/gtest.h>

namespace freshet::analytics {
namespace {

constexpr std::uint64_t a = 11, b = 12;

Timestamp ms(std::int64_t at) { return from_epoch_ms(at); }

Taken record(std::uint64_t partition, log::Ordinal ordinal, std::int64_t at) {
    return {partition == a ? 0U : 1U,
            log::PartitionId(partition),
            {ordinal, ms(at), Bytes::literal("x")}};
}

/// Three records of two shards, taken before 100.
Chunk three(bool is_all, std::int64_t reached = 50) {
    return Chunk({{record(a, 5, 60), record(b, 2, 70), record(a, 6, 80)}, is_all}, ms(100),
                 ms(reached), {{a, 7}, {b, 3}});
}

std::vector<Prepared> answers() {
    std::vector<Prepared> all(3);
    all[1].verdict = Verdict::dropped;
    for (std::size_t i = 0; i < all.size(); ++i) all[i].sequence_number = std::to_string(i);
    return all;
}

TEST(Chunk, there_is_work_when_a_record_came_or_time_can_go_on) {
    EXPECT_TRUE(three(false).has_work());
    EXPECT_TRUE(Chunk({{}, true}, ms(100), ms(99), {}).has_work());
    EXPECT_FALSE(Chunk({{}, true}, ms(100), ms(100), {}).has_work());
    EXPECT_FALSE(Chunk({{}, true}, ms(90), ms(100), {}).has_work()) << "a clock that was set back";
}

TEST(Chunk, time_goes_on_only_when_nothing_before_the_bound_is_left) {
    EXPECT_EQ(three(true).time_after(3), ms(100));
    EXPECT_FALSE(three(true).time_after(2)) << "a record of the chunk is left";
    EXPECT_FALSE(three(false).time_after(3)) << "a record of the sources is left";
    EXPECT_EQ(Chunk({{}, true}, ms(100), ms(50), {}).time_after(0), ms(100)) << "an idle stream";
}

TEST(Chunk, a_commit_holds_the_positions_at_its_own_last_record) {
    Chunk chunk = three(true);
    const Commit first = chunk.end_slice(1, {});
    EXPECT_EQ(first.positions, (Positions{{a, 6}, {b, 2}}));
    EXPECT_EQ(first.begin, (Positions{{a, 5}, {b, 2}}));
    EXPECT_FALSE(chunk.is_done());
    const Commit second = chunk.end_slice(3, {});
    EXPECT_EQ(second.positions, (Positions{{a, 7}, {b, 3}}));
    EXPECT_EQ(second.begin, first.positions) << "no record is between two commits";
    EXPECT_TRUE(chunk.is_done());
}

TEST(Chunk, a_commit_holds_the_time_that_the_engine_was_given_and_not_the_bound) {
    Chunk chunk = three(true);
    EXPECT_EQ(chunk.end_slice(2, {}).bound, ms(50));
    EXPECT_EQ(chunk.reached(), ms(50));
    EXPECT_EQ(chunk.end_slice(3, {}).bound, ms(100));
    EXPECT_EQ(chunk.reached(), ms(100));
    Chunk full = three(false);
    EXPECT_EQ(full.end_slice(3, {}).bound, ms(50));
    EXPECT_TRUE(full.is_done());
}

TEST(Chunk, a_commit_holds_what_the_function_made_of_its_own_records) {
    Chunk chunk = three(true);
    auto prepared = answers();
    const Commit first = chunk.end_slice(2, prepared);
    ASSERT_EQ(first.prepared.size(), 2u);
    EXPECT_EQ(first.prepared[0].sequence_number, "0");
    EXPECT_EQ(first.prepared[1].verdict, Verdict::dropped) << "a dropped record is not asked again";
    const Commit second = chunk.end_slice(3, prepared);
    ASSERT_EQ(second.prepared.size(), 1u);
    EXPECT_EQ(second.prepared[0].sequence_number, "2");
}

TEST(Chunk, a_commit_without_a_function_holds_no_records_as_the_log_has_them) {
    Chunk chunk = three(true);
    EXPECT_TRUE(chunk.end_slice(3, {}).prepared.empty());
}

TEST(Chunk, time_never_goes_back_in_commits) {
    Chunk chunk({{}, true}, ms(90), ms(100), {});
    EXPECT_EQ(chunk.end_slice(0, {}).bound, ms(100));
    EXPECT_EQ(chunk.reached(), ms(100));
}

TEST(Chunk, it_is_late_by_the_age_of_its_oldest_record_when_more_are_waiting) {
    EXPECT_EQ(three(false).behind(ms(1060)), Millis(1000));
    EXPECT_EQ(three(false).behind(ms(10)), Millis(0));
    EXPECT_FALSE(three(true).behind(ms(1060)));
    EXPECT_FALSE(Chunk({{}, true}, ms(100), ms(50), {}).behind(ms(1060)));
}

TEST(Chunk, records_that_are_out_of_order_or_at_the_bound_are_a_defect) {
    EXPECT_DEATH(Chunk({{record(a, 5, 70), record(b, 2, 60)}, true}, ms(100), ms(50), {}),
                 "record.time <= ");
    EXPECT_DEATH(Chunk({{record(a, 5, 100)}, true}, ms(100), ms(50), {}), "record.time < bound_");
    EXPECT_DEATH(three(true).end_slice(0, {}), "end > begin_");
    EXPECT_DEATH(three(true).end_slice(4, {}), "end <= ");
}

}  // namespace
}  // namespace freshet::analytics
