#include "meta/versions.h"

#include <gtest/gtest.h>

namespace freshet::meta {
namespace {

TEST(Versions, a_commit_changes_what_it_notes_and_nothing_else) {
    Versions versions;
    const auto one = versions.of(1), two = versions.of(2);
    ASSERT_TRUE(one && two);
    versions.note(1);
    versions.note(1);
    EXPECT_EQ(versions.of(1), one);  // nobody sees it yet
    versions.begin_commit();
    EXPECT_EQ(versions.of(1), std::nullopt);  // some see it, some do not
    EXPECT_EQ(versions.of(2), two);
    versions.end_commit();
    ASSERT_TRUE(versions.of(1));
    EXPECT_NE(versions.of(1), one);
    EXPECT_EQ(versions.of(2), two);

    const auto later = versions.of(1);
    versions.begin_commit();  // of something else
    versions.end_commit();
    EXPECT_EQ(versions.of(1), later);
}

TEST(Versions, a_commit_may_change_everything) {
    Versions versions;
    const auto one = versions.of(1), two = versions.of(2);
    versions.note(2);
    versions.note_all();
    versions.begin_commit();
    EXPECT_EQ(versions.of(1), std::nullopt);
    versions.end_commit();
    EXPECT_NE(versions.of(1), one);
    EXPECT_NE(versions.of(2), two);
}

}  // namespace
}  // namespace freshet::meta
