#include "base/text/wildcards.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(is_like, takes_a_text_whole) {
    const auto like = [](std::string_view text, std::string_view pattern) {
        return is_like(text, pattern, {'*', '?'});
    };
    EXPECT_TRUE(like("abc", "a*c"));
    EXPECT_TRUE(like("abc", "a?c"));
    EXPECT_TRUE(like("abcabc", "*abc"));
    EXPECT_TRUE(like("", "*"));
    EXPECT_FALSE(like("abc", "a?"));
    EXPECT_FALSE(like("abc", "abcd"));
    EXPECT_FALSE(like("abc", ""));
    EXPECT_FALSE(like("a*c", "a%c"));
}

}  // namespace
}  // namespace freshet
