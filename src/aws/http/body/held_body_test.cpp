#include "aws/http/body/held_body.h"

#include <gtest/gtest.h>

#include "aws/limits.h"

namespace freshet::aws {
namespace {

constexpr std::size_t mib = 1024 * 1024;

TEST(BodyBudget, a_small_body_always_has_room) {
    BodyBudget budget(mib);
    BodyBudget::Share large(budget), small(budget);
    EXPECT_TRUE(large.reserve(mib));
    EXPECT_TRUE(small.reserve(limits::body_free_bytes));
    EXPECT_FALSE(small.reserve(mib));
}

TEST(BodyBudget, what_is_refused_or_gone_is_given_back) {
    BodyBudget budget(2 * mib);
    BodyBudget::Share first(budget);
    EXPECT_TRUE(first.reserve(mib));
    const std::size_t held = budget.bytes();
    {
        BodyBudget::Share second(budget);
        EXPECT_TRUE(second.reserve(mib / 2));
        EXPECT_FALSE(second.reserve(2 * mib));
    }
    EXPECT_EQ(budget.bytes(), held);
    first.restart();
    EXPECT_EQ(budget.bytes(), 0u);
}

TEST(BodyBudget, a_body_that_is_alone_may_take_more) {
    BodyBudget budget(mib);
    BodyBudget::Share large(budget), next(budget);
    EXPECT_TRUE(large.reserve(3 * mib));
    EXPECT_TRUE(large.reserve(3 * mib));
    EXPECT_FALSE(next.reserve(mib));
}

}  // namespace
}  // namespace freshet::aws
