#include "jq/query.h"

#include <gtest/gtest.h>

namespace freshet::jq {
namespace {

std::string value(const std::string& query, std::string_view record) {
    auto compiled = Query::compile("{a: (" + query + ")}");
    if (!compiled) return "refused: " + compiled.error();
    auto keys = (*compiled)->keys(record);
    return keys ? keys->at("a") : "failed: " + keys.error();
}

TEST(Query, numbers_print_as_jq_1_6_prints_them) {
    EXPECT_EQ(value(".x", R"({"x":12345678901234567890})"), "12345678901234567000");
    EXPECT_EQ(value(".x", R"({"x":123456789012345678901234567890})"),
              "123456789012345680000000000000");
    EXPECT_EQ(value(".x", R"({"x":1.0})"), "1");
    EXPECT_EQ(value(".x", R"({"x":1.50})"), "1.5");
    EXPECT_EQ(value(".x", R"({"x":100000000000000000})"), "1e+17");
    EXPECT_EQ(value(".x", R"({"x":0.00001})"), "1e-05");
    EXPECT_EQ(value(".x", R"({"x":1e2})"), "100");
    EXPECT_EQ(value("[.x]", R"({"x":[1.0,{"y":1.50}]})"), R"([[1,{"y":1.5}]])");
}

TEST(Query, gives_the_keys_of_one_object) {
    auto query = Query::compile(
        R"q({c: .customer, y: (.at | strftime("%Y")), z: (.n + 1), b: .ok, t: "x\(.n)"})q");
    ASSERT_TRUE(query) << query.error();
    const auto keys = (*query)->keys(R"({"customer":"a b","at":1535365800,"n":2,"ok":true})");
    ASSERT_TRUE(keys) << keys.error();
    EXPECT_EQ(*keys, (std::map<std::string, std::string>{
                         {"c", "a b"}, {"y", "2018"}, {"z", "3"}, {"b", "true"}, {"t", "x2"}}));
}

TEST(Query, what_is_not_exactly_one_object_without_nulls_is_a_failure) {
    EXPECT_EQ(value(".gone", "{}"), "failed: the value of a is null");
    EXPECT_EQ(value(".x.y", R"({"x":"text"})"), "failed: Cannot index string with string \"y\"");
    EXPECT_EQ(value(".x", "{"), "failed: the record is not JSON");
    EXPECT_EQ(value(".x[]", R"({"x":[1,2]})"), "failed: the query gives more than one output");
    EXPECT_EQ(value("empty", "{}"), "failed: the query gives no output");
    EXPECT_EQ(value("error({b: 1})", "{}"), "failed: {\"b\":1}");
    auto query = Query::compile(".x");
    ASSERT_TRUE(query);
    EXPECT_EQ((*query)->keys(R"({"x":1})").error(), "the query does not give an object");
    EXPECT_EQ((*query)->keys(R"({"x":{"k":"v"}})")->at("k"), "v") << "it is used again";
}

TEST(Query, what_reads_files_or_the_environment_is_refused) {
    for (const char* query : {"env.HOME", "$ENV.HOME", "input", "input_filename",
                              "import \"a\" as a; .x", "include \"a\"; .x", "\"\\(env)\""})
        EXPECT_TRUE(value(query, "{}").starts_with("refused: a query cannot use ")) << query;
    EXPECT_EQ(value(".env", R"({"env":"prod"})"), "prod");
    EXPECT_EQ(value("{env: .x} | .env", R"({"x":"prod"})"), "prod");
    EXPECT_TRUE(value(".x |", "{}").starts_with("refused: "));
}

}  // namespace
}  // namespace freshet::jq
