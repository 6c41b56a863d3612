#include "cli/streams/record_filter.h"

#include <gtest/gtest.h>

namespace freshet::cli {
namespace {

TEST(RecordFilter, without_a_wish_passes_all) {
    EXPECT_TRUE(RecordFilter::make({})->passes("key", std::string_view("\xFF\0", 2)));
    EXPECT_TRUE(RecordFilter::make({})->passes("key", ""));
}

TEST(RecordFilter, passes_what_all_wishes_hold_for) {
    const auto filter = RecordFilter::make({"k", "err", "code=\\d+$"});
    EXPECT_TRUE(filter->passes("k", "error code=17"));
    EXPECT_FALSE(filter->passes("key", "error code=17"));
    EXPECT_FALSE(filter->passes("k", "ERROR code=17"));
    EXPECT_FALSE(filter->passes("k", "error code=17x"));
}

TEST(RecordFilter, searches_bytes_that_are_no_text) {
    EXPECT_TRUE(RecordFilter::make({"", "", "b+c"})->passes("", std::string_view("\xFF\0bbc", 5)));
}

TEST(RecordFilter, says_what_is_wrong_with_an_expression) {
    const auto filter = RecordFilter::make({"", "", "a(b"});
    ASSERT_FALSE(filter);
    EXPECT_EQ(filter.error().message(),
              "the regular expression 'a(b' cannot be read: missing ): a(b");
}

}  // namespace
}  // namespace freshet::cli
