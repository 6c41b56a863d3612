#include "app/ports/arn.h"

#include <gtest/gtest.h>

#include "app/ports/analytics.h"

namespace freshet::app {
namespace {

TEST(ParseArn, gives_its_parts_and_leaves_the_colons_of_the_resource) {
    const auto arn = parse_arn("arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:s");
    ASSERT_TRUE(arn);
    EXPECT_EQ(arn->service, "logs");
    EXPECT_EQ(arn->region, "us-east-1");
    EXPECT_EQ(arn->account, "000000000000");
    EXPECT_EQ(arn->resource, "log-group:g:log-stream:s");
}

TEST(ParseArn, refuses_what_has_not_six_parts) {
    EXPECT_FALSE(parse_arn(""));
    EXPECT_FALSE(parse_arn("crimes"));
    EXPECT_FALSE(parse_arn("arn:aws:kinesis:us-east-1:000000000000"));
    EXPECT_FALSE(parse_arn("arn:aws:kinesis:us-east-1:000000000000:"));
    EXPECT_FALSE(parse_arn("urn:aws:kinesis:us-east-1:000000000000:stream/s"));
}

TEST(FunctionOf, takes_the_latest_version_and_no_other) {
    const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    EXPECT_EQ(function_of(arn)->name, "f");
    EXPECT_EQ(function_of(arn + ":$LATEST")->name, "f");
    EXPECT_FALSE(function_of(arn + ":1"));
    EXPECT_FALSE(function_of("arn:aws:kinesis:us-east-1:000000000000:stream/f"));
}

}  // namespace
}  // namespace freshet::app
