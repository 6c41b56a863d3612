#include "cli/input/json_values.h"

#include <gtest/gtest.h>

#include <vector>

namespace freshet::cli {
namespace {

/// The rows of `text` when it comes `piece` bytes at a time; the error's text when there is one.
std::vector<std::string> rows_of(std::string_view text, std::size_t piece = 1'000) {
    JsonRows rows;
    std::vector<std::string> all;
    std::size_t at = 0, have = std::min(piece, text.size());
    while (true) {
        std::string row;
        const auto step = rows.next(text.substr(0, have), at, have == text.size(), row);
        if (!step) {
            all.push_back(step.error().message());
            return all;
        }
        if (*step == JsonRows::Step::end) return all;
        if (*step == JsonRows::Step::row)
            all.push_back(row);
        else
            have = std::min(have + piece, text.size());
    }
}

TEST(JsonRows, are_the_values_of_lines_and_the_elements_of_arrays) {
    const std::vector<std::string> two{R"({"a":1,"b":"x y"})",
                                       R"({"a":2,"b":[true,null,-1.5e+3]})"};
    const std::string_view lines =
        "{\"a\": 1, \"b\": \"x y\"}\n\n{\"a\":2,\"b\":[true, null, -1.5e+3]}\n";
    const std::string_view array =
        "[\n  {\n    \"a\": 1,\n    \"b\": \"x y\"\n  },\n  {\"a\": 2, \"b\": [true, null, "
        "-1.5e+3]}\n]\n";
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
        EXPECT_EQ(rows_of(lines, piece), two);
        EXPECT_EQ(rows_of(array, piece), two);
    }
    EXPECT_TRUE(rows_of("").empty());
    EXPECT_TRUE(rows_of(" [] \n").empty());
    EXPECT_EQ(rows_of("1 2"), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(rows_of(R"([["a"],[2]])"), (std::vector<std::string>{R"(["a"])", "[2]"}));
    for (const std::size_t piece : {1U, 2U, 3U, 1000U})
        EXPECT_EQ(rows_of(R"({"q":"\"}\u00e9"})", piece),
                  (std::vector<std::string>{R"({"q":"\"}\u00e9"})"}));
}

TEST(JsonRows, name_what_is_wrong_and_where) {
    EXPECT_EQ(rows_of("{\"a\":1,}").back(), "byte 8: expected a name in quotes, found '}'");
    EXPECT_EQ(rows_of("[1, 2").back(), "byte 6: the array does not end");
    EXPECT_EQ(rows_of("[1 2]").back(), "byte 4: expected a comma or ], found '2'");
    EXPECT_EQ(rows_of("{\"a\":").back(), "byte 6: the text ends within a value");
    EXPECT_EQ(rows_of("name,city").back(), "byte 1: expected a value, found 'n'");
    EXPECT_EQ(rows_of("01").back(), "byte 1: expected a value, found '0'");
    EXPECT_EQ(rows_of(R"(["\q"])").back(), "byte 3: an escape that JSON does not have");
    EXPECT_EQ(rows_of(R"(["\u00g0"])").back(), "byte 3: an escape that JSON does not have");
    EXPECT_EQ(rows_of("[}").back(), "byte 2: expected a value, found '}'");
    EXPECT_EQ(rows_of(std::string(300, '[')).back(),
              "byte 258: more than 256 brackets inside one another");
}

TEST(JsonMember, is_found_at_the_top_of_an_object_only) {
    EXPECT_EQ(json_member(R"({"in":{"k":"no"},"k":"yes\n\u00e9"})", "k"), "yes\n\u00e9");
    EXPECT_EQ(json_member(R"({"k":"\ud83d\ude00!"})", "k"), "\U0001F600!");
    EXPECT_EQ(json_member(R"({"k":"\ud83d."})", "k"), "\uFFFD.");
    EXPECT_EQ(json_member(R"({"k":12.50})", "k"), "12.50");
    EXPECT_EQ(json_member(R"({"k":null})", "k"), std::nullopt);
    EXPECT_EQ(json_member(R"({"a":1})", "k"), std::nullopt);
    EXPECT_EQ(json_member(R"({})", "k"), std::nullopt);
    EXPECT_EQ(json_member("[1]", "k"), std::nullopt);
}

}  // namespace
}  // namespace freshet::cli
