#include "cli/region.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

TEST(Region, of_each_part_of_aws_passes) {
    for (const char* name : {"us-east-1", "ap-southeast-7", "cn-northwest-1", "us-gov-west-1",
                             "us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "eu-west-9"})
        EXPECT_EQ(problem_of_region(name), "") << name;
}

TEST(Region, that_is_mistyped_is_refused_with_the_nearest) {
    EXPECT_EQ(problem_of_region("us-esat-1"),
              "there is no region 'us-esat-1'; did you mean 'us-east-1'?");
    EXPECT_EQ(problem_of_region("eu-centrl-1"),
              "there is no region 'eu-centrl-1'; did you mean 'eu-central-1'?");
    EXPECT_EQ(problem_of_region("mars"),
              "there is no region 'mars'; they are named like us-east-1");
    for (const char* name : {"", "US-EAST-1", "us-east1", "us-east-1a", "us-east-12", "us-mars-1"})
        EXPECT_NE(problem_of_region(name), "") << name;
}

}  // namespace
}  // namespace freshet::cli
