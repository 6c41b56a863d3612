// What a run does with the commits that it finds: docs/decisions/032.
#include "analytics/run/replay_plan.h"

#include <gtest/gtest.h>

namespace freshet::analytics {
namespace {

Commit commit(log::Ordinal next, std::int64_t bound_ms) {
    Commit one;
    one.positions = {{1, next}};
    one.bound = from_epoch_ms(bound_ms);
    return one;
}

Commit with_answers(log::Ordinal next, std::int64_t bound_ms, std::size_t answers) {
    Commit one = commit(next, bound_ms);
    one.prepared.resize(answers);
    return one;
}

/// A part of a moment, of which `rows` rows are out with it.
Commit part(Commit one, log::Ordinal begin, std::uint64_t rows) {
    one.begin = {{1, begin}};
    one.rows_out = {{"1.1", rows}};
    return one;
}

/// "records 7 @20", "answers 2 of 7 @20", "finish 3..7 @20 after 5 rows", one after the other.
std::string told(const std::vector<ReplayStep>& steps) {
    std::string text;
    for (const ReplayStep& step : steps) {
        if (!text.empty()) text += ", ";
        if (const auto* records = std::get_if<ReplayRecords>(&step)) {
            text += "records " + std::to_string(records->until.at(1)) + " @" +
                    std::to_string(to_epoch_ms(records->bound));
        } else if (const auto* answers = std::get_if<ReplayAnswers>(&step)) {
            text += "answers " + std::to_string(answers->commit.prepared.size()) + " of " +
                    std::to_string(answers->commit.positions.at(1)) + " @" +
                    std::to_string(to_epoch_ms(answers->commit.bound));
        } else {
            const Commit& one = std::get<FinishMoment>(step).commit;
            text += "finish " + std::to_string(one.begin.at(1)) + ".." +
                    std::to_string(one.positions.at(1)) + " @" +
                    std::to_string(to_epoch_ms(one.bound)) + " with " +
                    std::to_string(one.prepared.size()) + " answers after " +
                    std::to_string(one.rows_out.at("1.1")) + " rows";
        }
    }
    return text;
}

TEST(ReplayPlan, without_a_commit_nothing_is_replayed) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_end()), "");
    EXPECT_EQ(plan.bound(), from_epoch_ms(0));
}

TEST(ReplayPlan, the_records_of_several_commits_are_replayed_once_up_to_the_last) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_commit(commit(3, 10))), "");
    EXPECT_EQ(told(plan.on_commit(commit(5, 20))), "");
    EXPECT_EQ(told(plan.on_commit(commit(7, 30))), "");
    EXPECT_EQ(told(plan.on_end()), "records 7 @30");
    EXPECT_EQ(plan.bound(), from_epoch_ms(30));
}

TEST(ReplayPlan, what_the_function_made_is_fed_and_the_function_is_not_asked) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_commit(with_answers(3, 10, 3))), "answers 3 of 3 @10");
    EXPECT_EQ(told(plan.on_commit(with_answers(5, 20, 2))), "answers 2 of 5 @20");
    EXPECT_EQ(told(plan.on_end()), "");
}

TEST(ReplayPlan, records_before_an_answer_are_replayed_before_it) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_commit(commit(3, 10))), "");
    EXPECT_EQ(told(plan.on_commit(with_answers(5, 20, 2))), "records 3 @10, answers 2 of 5 @20");
    EXPECT_EQ(told(plan.on_commit(commit(6, 30))), "");
    EXPECT_EQ(told(plan.on_end()), "records 6 @30");
}

TEST(ReplayPlan, a_moment_in_parts_that_is_whole_goes_like_any_other) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_commit(part(commit(7, 20), 3, 5))), "");
    EXPECT_EQ(told(plan.on_commit(part(commit(7, 20), 3, 9))), "");
    EXPECT_EQ(told(plan.on_commit(commit(7, 20))), "") << "the last part ends it";
    EXPECT_EQ(told(plan.on_end()), "records 7 @20");
}

TEST(ReplayPlan, a_moment_in_parts_keeps_the_answers_of_its_first_part) {
    ReplayPlan plan;
    EXPECT_EQ(told(plan.on_commit(part(with_answers(7, 20, 4), 3, 5))), "");
    EXPECT_EQ(told(plan.on_commit(commit(7, 20))), "answers 4 of 7 @20");
}

TEST(ReplayPlan, a_moment_whose_parts_are_not_all_out_is_finished_after_everything_else) {
    ReplayPlan plan;
    plan.on_commit(commit(3, 10));
    plan.on_commit(part(commit(7, 20), 3, 5));
    plan.on_commit(part(commit(7, 20), 3, 9));
    EXPECT_EQ(told(plan.on_end()), "records 3 @10, finish 3..7 @20 with 0 answers after 9 rows");
    EXPECT_EQ(plan.bound(), from_epoch_ms(20));
}

TEST(ReplayPlan, a_moment_with_answers_is_finished_with_them) {
    ReplayPlan plan;
    plan.on_commit(part(with_answers(7, 20, 4), 3, 5));
    EXPECT_EQ(told(plan.on_end()), "finish 3..7 @20 with 4 answers after 5 rows");
}

TEST(ReplayPlan, the_time_reached_is_the_latest_of_all_commits) {
    ReplayPlan plan;
    plan.on_commit(commit(3, 30));
    plan.on_commit(commit(5, 20));
    EXPECT_EQ(plan.bound(), from_epoch_ms(30));
}

}  // namespace
}  // namespace freshet::analytics
