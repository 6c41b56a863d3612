#include "cli/streams/replay_plan.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

const Timestamp now = from_epoch_ms(1'767'225'600'000);

ReplayOptions options() {
    ReplayOptions some;
    some.stream = "from";
    some.to = "to";
    some.source.endpoint = some.target.endpoint = "http://127.0.0.1:4566";
    some.source.region = some.target.region = "us-east-1";
    return some;
}

std::string problem_of(const ReplayOptions& some) {
    const auto plan = plan_of(some, now);
    return plan ? "" : plan.error().message();
}

TEST(ReplayPlan, has_the_speed_or_none_for_as_fast_as_it_goes) {
    ReplayOptions some = options();
    some.speed = "2.5";
    EXPECT_EQ(*plan_of(some, now)->speed, 2.5);
    some.speed = "max";
    EXPECT_FALSE(plan_of(some, now)->speed);
    for (const char* wrong : {"0", "-1", "fast", "1x", "2e9"}) {
        some.speed = wrong;
        EXPECT_NE(problem_of(some).find("--speed"), std::string::npos) << wrong;
    }
}

TEST(ReplayPlan, of_a_stream_into_itself_must_end_before_it_began) {
    ReplayOptions some = options();
    some.to = some.stream;
    EXPECT_NE(problem_of(some).find("into itself"), std::string::npos);
    some.until = "latest";
    EXPECT_NE(problem_of(some).find("into itself"), std::string::npos);
    some.until = "1m";
    EXPECT_EQ(problem_of(some), "");
    some.until = "";
    some.target.region = "eu-west-1";
    EXPECT_EQ(problem_of(some), "");
}

TEST(ReplayPlan, that_is_resumed_needs_a_beginning_that_stays) {
    ReplayOptions some = options();
    some.resume = "position";
    EXPECT_EQ(problem_of(some), "");
    some.from = "latest";
    EXPECT_NE(problem_of(some).find("--resume"), std::string::npos);
}

}  // namespace
}  // namespace freshet::cli
