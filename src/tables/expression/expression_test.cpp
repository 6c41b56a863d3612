#include "tables/expression/expression.h"

#include <gtest/gtest.h>

namespace freshet::tables {
namespace {

Decimal number(const char* text) { return *Decimal::parse(text); }

Substitutes substitutes() {
    Substitutes made;
    made.names = {{"#s", "status"}, {"#d", "a.b"}, {"#n", "n"},
                  {"#set", "set"},  {"#in", "in"}, {"#none", "none"}};
    made.values = {{":one", {number("1")}},
                   {":two", {number("2")}},
                   {":big", {number("12345678901234567890123456789012345678")}},
                   {":a", {std::string("a")}},
                   {":ab", {std::string("ab")}},
                   {":bin", {Binary{"\xff\x01"}}},
                   {":true", {true}},
                   {":null", {Null()}},
                   {":set", {StringSet{"x", "y"}}},
                   {":numbers", {NumberSet{number("1"), number("2")}}},
                   {":list", {List{{std::string("z")}}}},
                   {":map", {Map{{"k", {number("1")}}}}},
                   {":S", {std::string("S")}},
                   {":Q", {std::string("Q")}}};
    return made;
}

Item item() {
    Item made;
    made["n"] = {number("1.0")};
    made["big"] = {number("12345678901234567890123456789012345679")};
    made["t"] = {std::string("abc")};
    made["status"] = {std::string("ok")};
    made["a.b"] = {number("7")};
    made["set"] = {StringSet{"x", "y"}};
    made["l"] = {List{{number("5")}, {Map{{"in", {std::string("a")}}}}}};
    made["m"] = {Map{{"k", {number("1")}}}};
    made["b"] = {Binary{"\xff\x01\x02"}};
    made["none"] = {Null()};
    return made;
}

TEST(Condition, holds_as_dynamodb_says) {
    const std::pair<const char*, bool> cases[] = {
        {"n = :one", true},
        {"n <> :one", false},
        {"n < :two AND n >= :one", true},
        {"n = :a", false},
        {"n <> :a", true},
        {"gone <> :a", true},
        {"gone = :a", false},
        {"gone < :a", false},
        {"NOT gone < :a", true},
        {"n < :a", false},
        {"n > :a", false},
        {"big > :big", true},
        {"big = :big", false},
        {"t BETWEEN :a AND :ab", false},
        {"n BETWEEN :one AND :two", true},
        {"NOT n BETWEEN :one AND :two", false},
        {"n IN (:two, :one)", true},
        {"n IN (:two)", false},
        {"#s = :a OR #s <> :a", true},
        {"attribute_exists(#s)", true},
        {"attribute_not_exists(#s)", false},
        {"attribute_not_exists(gone)", true},
        {"attribute_type(t, :S)", true},
        {"attribute_type(n, :S)", false},
        {"begins_with(t, :ab)", true},
        {"begins_with(b, :bin)", true},
        {"begins_with(n, :a)", false},
        {"contains(t, :ab)", true},
        {"contains(l, :a)", false},
        {"contains(gone, :a)", false},
        {"size(t) > :two", true},
        {"size(l) = :two", true},
        {"size(gone) = :two", false},
        {"size(n) = :one", false},
        {"#set = :set", true},
        {"m = :map", true},
        {"m.k = :one", true},
        {"l[1].#in = :a", true},
        {"l[0] = n", false},
        {"l[9] = :one", false},
        {"#d > :two", true},
        {"#none = :null", true},
        {"m.k = n", true},
        // AND binds before OR, NOT before AND.
        {"n = :one OR n = :two AND n = :two", true},
        {"(n = :one OR n = :two) AND n = :two", false},
        {"NOT n = :two AND n = :one", true},
        {"not (n = :two) and (n = :one)", true},
    };
    for (const auto& [text, expected] : cases) {
        auto with = substitutes();
        auto parsed = parse_condition("ConditionExpression", text, with);
        ASSERT_TRUE(parsed) << text << ": " << parsed.error().message();
        EXPECT_EQ(holds(*parsed, item()), expected) << text;
    }
}

TEST(Condition, is_refused_in_the_words_of_dynamodb) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "The expression can not be empty;"},
        {"  ", "The expression can not be empty;"},
        {"n = ", "Syntax error; token: <EOF>, near: \"= \""},
        {"n n2 :one", "Syntax error; token: \"n2\", near: \"n n2 :one\""},
        {"n = :one AND", "Syntax error; token: <EOF>, near: \"AND\""},
        {"n ! :one", "Syntax error; token: \"!\", near: \"n !\""},
        {"(n = :one", "Syntax error; token: <EOF>, near: \":one\""},
        {"n = :one)", "Syntax error; token: \")\", near: \":one)\""},
        {"n NOT BETWEEN :one AND :two", "Syntax error; token: \"NOT\", near: \"n NOT BETWEEN\""},
        {"((n = :one))", "The expression has redundant parentheses;"},
        {"n = :gone",
         "An expression attribute value used in expression is not defined; attribute value: :gone"},
        {"#gone = :one",
         "An expression attribute name used in the document path is not defined; attribute name: "
         "#gone"},
        {"status = :one", "Attribute name is a reserved keyword; reserved keyword: status"},
        {"m.Name = :one", "Attribute name is a reserved keyword; reserved keyword: Name"},
        {"foo(n)", "Invalid function name; function: foo"},
        {"n = foo(n)", "Invalid function name; function: foo"},
        {"size(n)",
         "The function is not allowed to be used this way in an expression; function: size"},
        {"contains(n, :one) = :true",
         "The function is not allowed to be used this way in an expression; function: contains"},
        {"begins_with(t)",
         "Incorrect number of operands for operator or function; operator or function: "
         "begins_with, number of operands: 1"},
        {"begins_with(t, :one)",
         "Incorrect operand type for operator or function; operator or function: begins_with, "
         "operand type: N"},
        {"attribute_exists(:one)",
         "Operator or function requires a document path; operator or function: attribute_exists"},
        {"attribute_type(n, :Q)",
         "Invalid attribute type name found; type: Q, valid types: "
         "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"},
        {"n < :map",
         "Incorrect operand type for operator or function; operator or function: <, operand type: "
         "M"},
        {"n BETWEEN :two AND :one",
         "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
         "lower bound operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {N:1}"},
        {"n BETWEEN :two AND :a",
         "The BETWEEN operator requires same data type for lower and upper bounds; lower bound "
         "operand: AttributeValue: {N:2}, upper bound operand: AttributeValue: {S:a}"},
    };
    for (const auto& [text, message] : cases) {
        auto with = substitutes();
        auto parsed = parse_condition("ConditionExpression", text, with);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().message(), "Invalid ConditionExpression: " + std::string(message));
    }
}

TEST(Condition, has_bounds) {
    auto with = substitutes();
    std::string many = "n = :one";
    for (int i = 0; i < 301; ++i) many += " OR n = :one";
    EXPECT_FALSE(parse_condition("FilterExpression", many, with));
    EXPECT_FALSE(parse_condition("FilterExpression", std::string(4097, 'n'), with));
    std::string deep;
    for (int i = 0; i < 900; ++i) deep += "NOT ";
    EXPECT_FALSE(parse_condition("FilterExpression", deep + "n = :one", with));
}

TEST(Substitutes, that_no_expression_used_are_refused) {
    Substitutes with;
    with.names = {{"#a", "a"}, {"#b", "b"}};
    with.values = {{":v", {true}}};
    ASSERT_TRUE(parse_condition("ConditionExpression", "#a = :v", with));
    auto good = with.all_used();
    ASSERT_FALSE(good);
    EXPECT_EQ(good.error().message(),
              "Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}");
}

Item updated(const std::string& text, Item before = item()) {
    auto with = substitutes();
    auto parsed = parse_update(text, with);
    EXPECT_TRUE(parsed) << text << ": " << (parsed ? "" : parsed.error().message());
    if (!parsed) return {};
    auto after = apply_update(*parsed, before);
    EXPECT_TRUE(after) << text << ": " << (after ? "" : after.error().message());
    return after ? *after : Item();
}

TEST(Update, sets_removes_adds_and_deletes) {
    EXPECT_EQ(updated("SET n = n + :two")["n"], Value{number("3")});
    EXPECT_EQ(updated("SET n = :two - n")["n"], Value{number("1")});
    EXPECT_EQ(updated("SET fresh = if_not_exists(fresh, :one) + :one")["fresh"],
              Value{number("2")});
    EXPECT_EQ(updated("SET n = if_not_exists(n, :two)")["n"], Value{number("1")});
    EXPECT_EQ(updated("SET m.k2 = :a, m.k = :two")["m"],
              (Value{Map{{"k", {number("2")}}, {"k2", {std::string("a")}}}}));
    EXPECT_EQ(updated("SET l = list_append(:list, l)")["l"].as<List>()->size(), 3u);
    EXPECT_EQ(updated("SET l[0] = :a")["l"].as<List>()->front(), Value{std::string("a")});
    EXPECT_EQ(updated("SET l[7] = :a, l[9] = :ab")["l"].as<List>()->back(),
              Value{std::string("ab")});
    EXPECT_EQ(updated("REMOVE l[0], l[1]")["l"], Value{List{}});
    EXPECT_EQ(updated("REMOVE n, gone, m.k").contains("n"), false);
    EXPECT_EQ(updated("ADD n :two")["n"], Value{number("3")});
    EXPECT_EQ(updated("ADD fresh :two")["fresh"], Value{number("2")});
    const Item sets{{"s", {StringSet{"w", "x"}}}};
    EXPECT_EQ(updated("ADD s :set", sets)["s"], (Value{StringSet{"w", "x", "y"}}));
    EXPECT_EQ(updated("DELETE s :set", sets)["s"], (Value{StringSet{"w"}}));
    EXPECT_FALSE(updated("DELETE s :set", {{"s", {StringSet{"x"}}}}).contains("s"));
    // Right sides see the item as it was.
    EXPECT_EQ(updated("SET n = #d, #d = n")["a.b"], Value{number("1")});
    EXPECT_EQ(updated("set fresh = :a remove n add m.k :one")["m"],
              (Value{Map{{"k", {number("2")}}}}));
}

TEST(Update, is_refused_in_the_words_of_dynamodb) {
    const std::pair<const char*, const char*> cases[] = {
        {"SET n = :one SET m = :two",
         "Invalid UpdateExpression: The \"SET\" section can only be used once in an update "
         "expression;"},
        {"SET n = :one, n = :two",
         "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
         "rewrite one of these paths; path one: [n], path two: [n]"},
        {"SET m.k = :one REMOVE m",
         "Invalid UpdateExpression: Two document paths overlap with each other; must remove or "
         "rewrite one of these paths; path one: [m, k], path two: [m]"},
        {"SET m.k = :one, m[0] = :two",
         "Invalid UpdateExpression: Two document paths conflict with each other; must remove or "
         "rewrite one of these paths; path one: [m, k], path two: [m, [0]]"},
        {"n = :one", "Invalid UpdateExpression: Syntax error; token: \"n\", near: \"n =\""},
        {"SET n :one", "Invalid UpdateExpression: Syntax error; token: \":one\", near: \"n :one\""},
        {"SET n = foo(n)", "Invalid UpdateExpression: Invalid function name; function: foo"},
        {"SET n = n + :a",
         "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or "
         "function: +, operand type: S"},
        {"ADD n :a",
         "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: "
         "ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"},
        {"DELETE n :one",
         "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: "
         "DELETE, operand type: NUMBER, typeSet: ALLOWED_FOR_DELETE_OPERAND"},
        {"SET n = gone",
         "The provided expression refers to an attribute that does not exist in the item"},
        {"SET gone.k = :one",
         "The document path provided in the update expression is invalid for update"},
        {"REMOVE n.k", "The document path provided in the update expression is invalid for update"},
        {"SET n = t + :one", "An operand in the update expression has an incorrect data type"},
        {"ADD t :one", "An operand in the update expression has an incorrect data type"},
    };
    for (const auto& [text, message] : cases) {
        auto with = substitutes();
        auto parsed = parse_update(text, with);
        if (!parsed) {
            EXPECT_EQ(parsed.error().message(), message) << text;
            continue;
        }
        auto after = apply_update(*parsed, item());
        ASSERT_FALSE(after) << text;
        EXPECT_EQ(after.error().message(), message) << text;
    }
}

TEST(Projection, picks_parts_and_closes_gaps_in_lists) {
    auto with = substitutes();
    auto paths = parse_projection("n, m.k, l[1].#s, #s, gone, m.gone", with);
    ASSERT_TRUE(paths);
    Item from = item();
    (*from["l"].as<List>())[1].as<Map>()->emplace("status", Value{true});
    EXPECT_EQ(pick(from, *paths), (Item{{"n", {number("1")}},
                                        {"m", {Map{{"k", {number("1")}}}}},
                                        {"l", {List{{Map{{"status", {true}}}}}}},
                                        {"status", {std::string("ok")}}}));
    EXPECT_FALSE(parse_projection("n, n", with));
    EXPECT_FALSE(parse_projection("n,", with));
    EXPECT_FALSE(parse_projection("l[x]", with));
}

}  // namespace
}  // namespace freshet::tables
