#include "base/text/utf8.h"

#include <gtest/gtest.h>

namespace freshet {
namespace {

TEST(Utf8, a_byte_of_no_character_counts_one_and_is_replaced) {
    const std::string_view mixed = "a\xf3\x89\x9a\xc2z\xc3\xa9";
    EXPECT_FALSE(is_utf8(mixed));
    EXPECT_EQ(utf8_length(mixed), 7u);
    EXPECT_EQ(utf8_prefix(mixed, 2), "a\xf3");
    EXPECT_EQ(repaired_utf8(mixed), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9");
    EXPECT_TRUE(is_utf8(repaired_utf8(mixed)));
}

TEST(Utf8, overlong_forms_surrogates_and_what_is_cut_are_none) {
    for (const std::string_view wrong :
         {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
          "\xf0\x9f\x8c", "12345678\xff"})
        EXPECT_FALSE(is_utf8(wrong));
    for (const std::string_view right :
         {"", "12345678abc", "\xc2\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
        EXPECT_TRUE(is_utf8(right));
}

}  // namespace
}  // namespace freshet
