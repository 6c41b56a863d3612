#include "maintenance/prefix_sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::maintenance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PrefixSweep, a_key_lies_below_its_prefix) {
    PrefixSweep sweep({"t/p=2/", "t/p=1/"});
    EXPECT_EQ(sweep.common(), "t/p=");
    EXPECT_THAT(sweep.below("t/a"), IsEmpty());
    EXPECT_EQ(sweep.continue_after("t/a"), "t/p=1/");
    EXPECT_THAT(sweep.below("t/p=1/a"), ElementsAre(1));
    EXPECT_EQ(sweep.continue_after("t/p=1/a"), "t/p=1/a");
    EXPECT_THAT(sweep.below("t/p=10/a"), IsEmpty());
    EXPECT_EQ(sweep.continue_after("t/p=10/a"), "t/p=2/");
    EXPECT_THAT(sweep.below("t/p=2/x/y"), ElementsAre(0));
    EXPECT_THAT(sweep.below("t/p=3/"), IsEmpty());
    EXPECT_EQ(sweep.continue_after("t/p=3/"), std::nullopt);
}

TEST(PrefixSweep, prefixes_lie_in_one_another_and_are_there_twice) {
    PrefixSweep sweep({"t/", "t/p=1/", "t/p=1/", "t/p=2/"});
    EXPECT_EQ(sweep.common(), "t/");
    EXPECT_THAT(sweep.below("t/a"), ElementsAre(0));
    EXPECT_THAT(sweep.below("t/p=1/a"), ElementsAre(0, 1, 2));
    EXPECT_THAT(sweep.below("t/p=1/b"), ElementsAre(0, 1, 2));
    EXPECT_THAT(sweep.below("t/p=3"), ElementsAre(0));
    EXPECT_THAT(sweep.below("u"), IsEmpty());
    EXPECT_EQ(sweep.continue_after("u"), std::nullopt);
}

TEST(PrefixSweep, of_a_whole_bucket_and_of_nothing) {
    PrefixSweep whole({""});
    EXPECT_EQ(whole.continue_after(""), "");
    EXPECT_THAT(whole.below("a"), ElementsAre(0));
    PrefixSweep none({});
    EXPECT_EQ(none.common(), "");
    EXPECT_EQ(none.continue_after(""), std::nullopt);
}

}  // namespace
}  // namespace freshet::maintenance
