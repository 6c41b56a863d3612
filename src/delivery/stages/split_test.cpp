#include "delivery/stages/split.h"

#include <gmock/gmock.h>

namespace freshet::delivery {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(Split, json_values_follow_one_another_with_or_without_blanks) {
    EXPECT_THAT(split_json(R"({"a":1}{"b":[1,{"c":"}"}]})"),
                Optional(ElementsAre(R"({"a":1})", R"({"b":[1,{"c":"}"}]})")));
    EXPECT_THAT(split_json(" {}\n\n[1, 2]\t7 true\"x\\\"y\"\r\n"),
                Optional(ElementsAre("{}", "[1, 2]", "7", "true", "\"x\\\"y\"")));
    EXPECT_THAT(split_json("{\"a\":1}-2.5e3"), Optional(ElementsAre("{\"a\":1}", "-2.5e3")));
    EXPECT_THAT(split_json(" \n"), Optional(ElementsAre()));
}

TEST(Split, json_that_does_not_end_or_begin_is_none) {
    for (const char* text :
         {"{", "{]", "[}", "\"a", "\"a\\", "{\"a\":\"}", "}", ",", "a,b", "no json"})
        EXPECT_FALSE(split_json(text)) << text;
}

TEST(Split, delimiters_are_left_out_and_so_are_empty_parts) {
    EXPECT_THAT(split_delimited("a||b|c||||d||", "||"), ElementsAre("a", "b|c", "d"));
    EXPECT_THAT(split_delimited("\na\n", "\n"), ElementsAre("a"));
    EXPECT_THAT(split_delimited("", "\n"), ElementsAre());
    EXPECT_THAT(split_delimited("abc", "\n"), ElementsAre("abc"));
}

}  // namespace
}  // namespace freshet::delivery
