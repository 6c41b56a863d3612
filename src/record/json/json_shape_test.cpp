#include "record/json/json_shape.h"

#include <gtest/gtest.h>

namespace freshet::record {
namespace {

std::string shape(std::string_view sample, bool is_whole = true) {
    const auto found = read_json_shape(sample, is_whole);
    if (!found) return found.error();
    std::string text;
    for (const JsonColumn& column : found->columns)
        text += (text.empty() ? "" : ", ") + column.name + " " + settled_json_type(column.type);
    return text;
}

TEST(JsonShape, members_are_columns_of_nested_types) {
    EXPECT_EQ(shape(R"({"id":1,"l":[{"a":"x","n":1}],"geo":{"lat":1.5}})"),
              "id int, l array<struct<a:string,n:int>>, geo struct<lat:double>");
    EXPECT_EQ(shape(R"({"a":5000000000,"b":-2147483648,"c":2147483648,"d":18446744073709551615})"),
              "a bigint, b int, c bigint, d double");
    EXPECT_EQ(shape(R"({"T":true,"N":null,"E":[],"O":{},"NN":[null],"DEEP":[[1],[2.5]]})"),
              "t boolean, n string, e array<string>, o string, nn array<string>, deep "
              "array<array<double>>");
}

TEST(JsonShape, types_of_several_documents_are_united) {
    EXPECT_EQ(shape("{\"a\":1,\"s\":{\"x\":1}}\n{\"a\":2.5,\"s\":{\"y\":[1]}}\n{\"b\":null}\n"
                    "{\"b\":true,\"s\":null}"),
              "a double, s struct<x:int,y:array<int>>, b boolean");
    EXPECT_EQ(shape(R"({"l":[1,"x"],"m":[1,5000000000],"n":[{"a":1},{"b":2}],"o":[{"a":1},3]})"),
              "l array<string>, m array<bigint>, n array<struct<a:int,b:int>>, o array<string>");
    EXPECT_EQ(shape("{\"a\":1}{\"a\":true}"), "a string");
    EXPECT_EQ(shape("{\"a\":{\"x\":1}}\n{\"a\":\"x\"}"), "a string");
    EXPECT_EQ(shape("{\"Id\":1}\n{\"ID\":5000000000}"), "id bigint");
    EXPECT_EQ(merged_json_type("struct<a:int,b:null>", "struct<b:array<null>,c:string>"),
              "struct<a:int,b:array<null>,c:string>");
    EXPECT_EQ(merged_json_type("null", "int"), "int");
}

TEST(JsonShape, an_array_is_one_column) {
    EXPECT_EQ(shape(R"([{"a":1},{"a":2}])"), "array array<struct<a:int>>");
    EXPECT_EQ(shape("[\n  {\"a\": 1},\n  {\"a\": 2.5}\n]\n"), "array array<struct<a:double>>");
    EXPECT_EQ(shape(R"([{"a":1},{"a":2.5},{"a":)", false), "array array<struct<a:double>>");
    EXPECT_EQ(shape("[1]\n{\"a\":1}"),
              "some of its JSON documents are objects and some are arrays");
}

TEST(JsonShape, what_is_cut_or_damaged) {
    EXPECT_EQ(shape("{\"a\":1}\n{\"a\":\"x", false), "a int");
    EXPECT_EQ(shape("{\"a\":1, \"b\": {\n", false), json_cut);
    const auto found = read_json_shape("{\"a\":1}\n{\"a\":\nnot JSON\n{\"a\":2.5}\n", true);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->documents, 2u);
    EXPECT_EQ(found->damaged, 2u);
    EXPECT_EQ(found->columns[0].type, "double");
    EXPECT_EQ(shape("no JSON"), "it does not begin with a JSON document");
    EXPECT_EQ(shape("{\"a\":tru}"), "it does not begin with a JSON document");
    EXPECT_EQ(shape("{}"), "its JSON documents have no members");
    EXPECT_EQ(shape("\xef\xbb\xbf{\"a\":1}"), "a int");
}

TEST(JsonShape, names_that_no_type_can_have) {
    EXPECT_EQ(shape(R"({"a b":1,"s":{"x:y":1},"t":{"x-y":1}})"),
              "a b int, s string, t struct<x-y:int>");
    const auto found = read_json_shape("{\"\":1,\"a\\nb\":2,\"c\":3}", true);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->columns.size(), 1u);
    EXPECT_EQ(found->left_out.size(), 2u);
}

TEST(JsonShape, width_and_depth_are_bounded) {
    std::string deep = "1", wide;
    for (int i = 0; i < 100; ++i) deep = "[" + deep + "]";
    EXPECT_TRUE(shape("{\"a\":" + deep + "}").ends_with("string" + std::string(29, '>')));
    for (std::size_t i = 0; i <= json_fields_max; ++i)
        wide += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":1";
    EXPECT_EQ(shape("{\"a\":{" + wide + "}}"), "a string");
    EXPECT_EQ(shape("{" + wide + "}"), "its JSON documents have more than 1000 members");
    EXPECT_EQ(settled_json_type("struct<"), "struct<:string>");  // no crash on what it never wrote
}

}  // namespace
}  // namespace freshet::record
