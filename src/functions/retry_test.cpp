// An asynchronous call is tried three times, after 1 and 2 minutes, and then given up.
#include "functions/retry.h"

#include <gtest/gtest.h>

#include "functions/errors.h"
#include "functions/limits.h"

namespace freshet::functions {
namespace {

const Timestamp now = from_epoch_ms(1'700'000'000'000);

TEST(Retry, a_call_that_succeeded_is_over) {
    EXPECT_EQ(next_attempt(Tried::succeeded, 1, now), std::nullopt);
    EXPECT_EQ(next_attempt(Tried::succeeded, event_attempts_max, now), std::nullopt);
}

TEST(Retry, a_failed_call_is_tried_twice_more_after_one_and_two_minutes) {
    EXPECT_EQ(next_attempt(Tried::failed, 1, now), (Attempt{2, now + 60s}));
    EXPECT_EQ(next_attempt(Tried::failed, 2, now), (Attempt{3, now + 120s}));
    EXPECT_EQ(next_attempt(Tried::failed, 3, now), std::nullopt);
}

TEST(Retry, a_throttled_call_keeps_its_attempt_however_often_it_is_throttled) {
    EXPECT_EQ(next_attempt(Tried::throttled, 1, now), (Attempt{1, now + 60s}));
    EXPECT_EQ(next_attempt(Tried::throttled, event_attempts_max, now),
              (Attempt{event_attempts_max, now + 240s}));
}

TEST(Retry, a_call_of_a_deleted_function_is_over) {
    EXPECT_EQ(next_attempt(Tried::function_gone, 1, now), std::nullopt);
}

TEST(Retry, results_are_told_apart) {
    EXPECT_EQ(tried(InvokeResult{}), Tried::succeeded);
    InvokeResult unhandled;
    unhandled.function_error = "Unhandled";
    EXPECT_EQ(tried(unhandled), Tried::failed);
    EXPECT_EQ(tried(fail(Errc::not_found, "")), Tried::function_gone);
    EXPECT_EQ(tried(fail(Errc::too_many, "")), Tried::throttled);
    EXPECT_EQ(tried(fail(freshet::Errc::io, "")), Tried::failed);
}

}  // namespace
}  // namespace freshet::functions
