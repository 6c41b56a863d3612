// Who may call a function.
#include "functions/policy.h"

#include <gtest/gtest.h>

namespace freshet::functions {
namespace {

const std::string rule = "arn:aws:events:us-east-1:000000000000:rule/";

ServiceCall call_of(const std::string& name) {
    return {"events.amazonaws.com", rule + name, "000000000000"};
}

Policy with(const std::string& principal, const std::string& action, Conditions conditions = {}) {
    return {{"s", principal, action, std::move(conditions)}};
}

TEST(Policy, lets_nobody_call_without_a_statement) { EXPECT_FALSE(permits({}, call_of("r"))); }

TEST(Policy, lets_the_service_call_that_it_names) {
    EXPECT_TRUE(permits(with("events.amazonaws.com", "lambda:InvokeFunction"), call_of("r")));
    EXPECT_TRUE(permits(with("*", "lambda:*"), call_of("r")));
    EXPECT_FALSE(permits(with("s3.amazonaws.com", "lambda:InvokeFunction"), call_of("r")));
    EXPECT_FALSE(permits(with("events.amazonaws.com", "lambda:GetFunction"), call_of("r")));
}

TEST(Policy, holds_the_call_against_each_condition) {
    const auto judged = [](Conditions conditions) {
        return permits(with("events.amazonaws.com", "*", std::move(conditions)), call_of("r"));
    };
    EXPECT_TRUE(judged({.source_account = "000000000000", .source_arn = rule + "r"}));
    EXPECT_TRUE(judged({.source_arn = rule + "*"}));
    EXPECT_FALSE(judged({.source_arn = rule + "other"}));
    EXPECT_FALSE(judged({.source_account = "111111111111", .source_arn = rule + "r"}));
    EXPECT_FALSE(judged({.organization = "o-1234567890"}));
    EXPECT_FALSE(judged({.url_auth = "NONE"}));
    EXPECT_FALSE(judged({.token = "amzn1.ask.skill.x"}));
    EXPECT_FALSE(judged({.via_url = "true"}));
}

}  // namespace
}  // namespace freshet::functions
