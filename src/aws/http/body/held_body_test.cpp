#include "aws/http/body/held_body.h"

#include <gtest/gtest.h>

#include "aws/limits.h"

namespace freshet::aws {
namespace {

constexpr std::size_t mib = 1024 * 1024;

TEST(BodyBudget, a_small_body_always_has_room) {
    BodyBudget budget(mib);
    BodyBudget::Share large(budget), small(budget);
    EXPECT_TRUE(large.grow(mib));
    EXPECT_TRUE(small.grow(limits::body_free_bytes));
    EXPECT_FALSE(small.grow(mib));
}

TEST(BodyBudget, what_is_refused_or_gone_is_given_back) {
    BodyBudget budget(2 * mib);
    BodyBudget::Share first(budget);
    EXPECT_TRUE(first.grow(mib));
    const std::size_t held = budget.bytes();
    {
        BodyBudget::Share second(budget);
        EXPECT_TRUE(second.grow(mib / 2));
        EXPECT_FALSE(second.grow(2 * mib));
    }
    EXPECT_EQ(budget.bytes(), held);
    first.restart();
    EXPECT_EQ(budget.bytes(), 0u);
}

TEST(BodyBudget, a_body_that_is_alone_may_take_more) {
    BodyBudget budget(mib);
    BodyBudget::Share large(budget), next(budget);
    EXPECT_TRUE(large.grow(3 * mib));
    EXPECT_TRUE(large.grow(3 * mib));
    EXPECT_FALSE(next.grow(mib));
}

}  // namespace
}  // namespace freshet::aws
