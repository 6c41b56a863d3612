#include "analytics/run/pace.h"

#include <gtest/gtest.h>

namespace freshet::analytics {
namespace {

using Outcome = Pace::Outcome;

const Timestamp start = from_epoch_ms(1'000'000);

TEST(Pace, an_idle_step_looks_later_and_a_busy_one_at_once) {
    Pace pace;
    pace.opened(start);
    EXPECT_TRUE(pace.after(Outcome::idle, start).looks_later);
    EXPECT_FALSE(pace.after(Outcome::worked, start).looks_later);
    EXPECT_FALSE(pace.after(Outcome::failed, start).looks_later);
}

TEST(Pace, what_was_refused_is_tried_again_ever_later_until_it_succeeds) {
    Pace pace;
    Millis after = limits::retry_first;
    for (int i = 0; i < 12; ++i) {
        EXPECT_EQ(pace.after(Outcome::failed, start).retries_at, start + after);
        after = std::min(after * 2, limits::retry_max);
    }
    EXPECT_EQ(after, limits::retry_max);
    EXPECT_FALSE(pace.after(Outcome::idle, start).retries_at);
    EXPECT_EQ(pace.after(Outcome::failed, start).retries_at, start + limits::retry_first);
}

TEST(Pace, a_refused_append_and_a_refused_step_share_one_pace) {
    Pace pace;
    EXPECT_EQ(pace.refused(start), start + limits::retry_first);
    EXPECT_EQ(pace.after(Outcome::failed, start).retries_at, start + 2 * limits::retry_first);
}

TEST(Pace, the_state_is_saved_when_it_has_changed_and_the_last_time_is_long_ago) {
    Pace pace;
    pace.opened(start);
    const Timestamp later = start + limits::snapshot_every;
    EXPECT_FALSE(pace.after(Outcome::worked, later).saves) << "nothing has changed";
    pace.took_records();
    EXPECT_FALSE(pace.after(Outcome::worked, later - Millis(1)).saves);
    EXPECT_TRUE(pace.after(Outcome::worked, later).saves);
    EXPECT_TRUE(pace.after(Outcome::idle, later).saves);
    EXPECT_FALSE(pace.after(Outcome::failed, later).saves);
    pace.saved(later, Millis(1), true);
    EXPECT_FALSE(pace.has_unsaved());
    EXPECT_FALSE(pace.after(Outcome::worked, later + limits::snapshot_every).saves);
}

TEST(Pace, a_slow_snapshot_is_followed_by_a_long_rest) {
    Pace pace;
    pace.opened(start);
    pace.took_records();
    const Millis took{3000};
    pace.saved(start, took, true);
    pace.took_records();
    const Timestamp next = start + took * limits::snapshot_rest_factor;
    EXPECT_FALSE(pace.after(Outcome::worked, next - Millis(1)).saves);
    EXPECT_TRUE(pace.after(Outcome::worked, next).saves);
}

TEST(Pace, a_snapshot_that_failed_is_tried_again_after_the_rest) {
    Pace pace;
    pace.opened(start);
    pace.took_records();
    pace.saved(start, Millis(1), false);
    EXPECT_TRUE(pace.has_unsaved());
    EXPECT_FALSE(pace.after(Outcome::worked, start).saves);
    EXPECT_TRUE(pace.after(Outcome::worked, start + limits::snapshot_every).saves);
}

TEST(Pace, a_state_whose_output_was_lost_is_not_saved) {
    Pace pace;
    pace.opened(start);
    pace.took_records();
    pace.lost_output();
    EXPECT_FALSE(pace.has_unsaved());
    EXPECT_FALSE(pace.after(Outcome::worked, start + limits::snapshot_every).saves);
}

}  // namespace
}  // namespace freshet::analytics
