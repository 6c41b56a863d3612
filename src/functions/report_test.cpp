// The payload and the log of a failed call, in Lambda's words.
#include "functions/report.h"

#include <gtest/gtest.h>

namespace freshet::functions {
namespace {

using sandbox::Ending;
using sandbox::Outcome;

Outcome outcome_of(Ending ending, std::string status = "") {
    Outcome outcome;
    outcome.ending = ending;
    outcome.status = std::move(status);
    return outcome;
}

TEST(Report, an_answer_and_an_error_of_the_handler_are_its_own) {
    EXPECT_EQ(failure_of(outcome_of(Ending::answered), 3), std::nullopt);
    EXPECT_EQ(failure_of(outcome_of(Ending::handler_error), 3), std::nullopt);
}

TEST(Report, each_other_ending_has_its_type_and_message) {
    EXPECT_EQ(failure_of(outcome_of(Ending::timed_out), 3),
              (Failed{"Sandbox.Timedout", "Task timed out after 3.00 seconds"}));
    EXPECT_EQ(failure_of(outcome_of(Ending::out_of_memory), 3),
              (Failed{"Runtime.OutOfMemory", "Runtime exited with error: signal: killed"}));
    EXPECT_EQ(failure_of(outcome_of(Ending::exited), 3),
              (Failed{"Runtime.ExitError", "Runtime exited without providing a reason"}));
    EXPECT_EQ(failure_of(outcome_of(Ending::exited, "exit status 3"), 3),
              (Failed{"Runtime.ExitError", "Runtime exited with error: exit status 3"}));
    EXPECT_EQ(failure_of(outcome_of(Ending::cut_off), 3)->type, "Runtime.TruncatedResponse");
    EXPECT_EQ(failure_of(outcome_of(Ending::too_large), 3)->type, "Function.ResponseSizeTooLarge");
}

TEST(Report, a_message_is_escaped_in_its_payload) {
    EXPECT_EQ(error_payload("T", "a \"b\" \\ c\nd").view(),
              R"({"errorType":"T","errorMessage":"a \"b\" \\ c d"})");
}

TEST(Report, bills_whole_milliseconds_and_shows_the_first_start) {
    Outcome outcome;
    outcome.duration = std::chrono::microseconds(1'001);
    outcome.memory_bytes_peak = 40 << 20;
    EXPECT_EQ(report_line("id", outcome, 128),
              "REPORT RequestId: id\tDuration: 1.00 ms\tBilled Duration: 2 ms\tMemory Size: 128 "
              "MB\tMax Memory Used: 40 MB");
    outcome.init = std::chrono::microseconds(250'000);
    EXPECT_TRUE(report_line("id", outcome, 128).ends_with("\tInit Duration: 250.00 ms"));
}

}  // namespace
}  // namespace freshet::functions
