#include "cli/lineage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Lineage, gives_children_after_all_their_parents) {
    Lineage lineage;
    lineage.add("a", {});
    lineage.add("b", {});
    lineage.add("c", {"a", "b"});
    EXPECT_THAT(lineage.take_ready(), ElementsAre("a", "b"));
    lineage.finish("a");
    EXPECT_THAT(lineage.take_ready(), IsEmpty());
    lineage.finish("b");
    EXPECT_THAT(lineage.take_ready(), ElementsAre("c"));
    EXPECT_THAT(lineage.take_ready(), IsEmpty());
}

TEST(Lineage, waits_for_a_parent_that_nobody_has_named_yet) {
    Lineage lineage;
    lineage.add("a", {});
    lineage.add("x", {});
    lineage.take_ready();
    lineage.finish("x");
    lineage.add("d", {"b", "x"});  // `b` will come out of `a`
    EXPECT_THAT(lineage.take_ready(), IsEmpty());
    lineage.finish("a");
    lineage.add("b", {"a"});
    EXPECT_THAT(lineage.take_ready(), ElementsAre("b"));
    lineage.finish("b");
    EXPECT_THAT(lineage.take_ready(), ElementsAre("d"));
}

TEST(Lineage, gives_a_shard_once_that_two_parents_name) {
    Lineage lineage;
    for (int i = 0; i < 2; ++i) lineage.add("a", {});
    EXPECT_THAT(lineage.take_ready(), ElementsAre("a"));
    lineage.add("a", {});
    EXPECT_THAT(lineage.take_ready(), IsEmpty());
}

}  // namespace
}  // namespace freshet::cli
