#include "app/ports/analytics.h"

#include <gtest/gtest.h>

namespace freshet::app {
namespace {

TEST(FunctionOf, takes_the_latest_version_and_no_other) {
    const std::string arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    EXPECT_EQ(function_of(arn)->name, "f");
    EXPECT_EQ(function_of(arn + ":$LATEST")->name, "f");
    EXPECT_FALSE(function_of(arn + ":1"));
    EXPECT_FALSE(function_of("arn:aws:kinesis:us-east-1:000000000000:stream/f"));
}

}  // namespace
}  // namespace freshet::app
