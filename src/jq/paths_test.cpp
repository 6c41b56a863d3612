// What is answered without libjq is what libjq answers.
#include "jq/paths.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include "jq/query.h"

namespace freshet::jq {
namespace {

using Keys = std::map<std::string, std::string>;

std::optional<Keys> picked(const std::string& query, const std::string& record) {
    const auto paths = Paths::of(query);
    if (!paths) return std::nullopt;
    simdjson::dom::parser parser;
    const simdjson::padded_string padded(record);
    return paths->keys(parser.parse(padded).value());
}

/// By libjq: a pipe in front makes it none of the simple queries.
Keys by_libjq(const std::string& query, const std::string& record) {
    auto compiled = Query::compile(". | " + query);
    EXPECT_TRUE(compiled) << compiled.error();
    auto keys = (*compiled)->keys(record);
    EXPECT_TRUE(keys) << keys.error();
    return keys.value_or(Keys());
}

TEST(Paths, answer_as_libjq_does) {
    const std::string query = R"({a: .a, "b c": .b.c_1, d : .d })";
    for (const std::string record :
         {R"({"a":"x","b":{"c_1":"y"},"d":true})", R"({"d":false,"a":7,"b":{"c_1":-0}})",
          R"({"a":"1","a":"2","b":{"c_1":9007199254740992},"d":-9007199254740992})",
          R"({"a":"","b":{"c_1":"ü\u0041\u0000z"},"d":"\"\n"})",
          R"({"a":1,"b":{},"b":{"c_1":2},"d":0})"}) {
        const auto keys = picked(query, record);
        ASSERT_TRUE(keys) << record;
        EXPECT_EQ(*keys, by_libjq(query, record)) << record;
    }
}

TEST(Paths, leave_to_libjq_what_has_rules_of_its_own) {
    for (const std::string value : {"null", "1.5", "1e2", "[1]", "{}", "9007199254740993",
                                    "12345678901234567890", "-9007199254740993"})
        EXPECT_FALSE(picked("{a: .a}", R"({"a":)" + value + "}")) << value;
    EXPECT_FALSE(picked("{a: .a}", R"({"b":1})"));
    EXPECT_FALSE(picked("{a: .a.b}", R"({"a":"x"})"));
    EXPECT_FALSE(picked("{a: .a}", "[1]"));
}

TEST(Paths, are_only_the_queries_that_pick_members) {
    for (const char* query :
         {"{a: .a | tostring}", "{a: .a[0]}", "{a}", "{(.k): .a}", "{a: .}", "{}", "{a: .a?}",
          "{a: .a // 1}", "{a: .a, }", ".a", "{a: .a} | .", "{a: 1}", "{\"a\\u0041\": .a}",
          "{\"\\(.k)\": .a}", "{a: .\"b\"}", "{a: .a..b}", "{$__loc__}", "{a: .1a}"})
        EXPECT_FALSE(Paths::of(query)) << query;
}

}  // namespace
}  // namespace freshet::jq
