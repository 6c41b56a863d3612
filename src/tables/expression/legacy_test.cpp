#include "tables/expression/legacy.h"

#include <gtest/gtest.h>

namespace freshet::tables {
namespace {

Value number(std::int64_t n) { return {Decimal(n)}; }
Value text(const char* s) { return {std::string(s)}; }

const Item item{{"counter", number(5)}, {"owner", text("worker-1")}, {"tags", {StringSet{"x"}}}};

bool meets(const Demand& demand) {
    auto condition = condition_of({demand}, false);
    EXPECT_TRUE(condition) << demand.attribute << demand.comparison;
    return condition && holds(*condition, item);
}

TEST(Expected, compares_as_its_operator_says) {
    EXPECT_TRUE(meets({"counter", number(5)}));
    EXPECT_FALSE(meets({"counter", number(6)}));
    EXPECT_FALSE(meets({"gone", number(5)}));
    EXPECT_TRUE(meets({"gone", {}, false}));
    EXPECT_FALSE(meets({"counter", {}, false}));
    const std::tuple<const char*, const char*, std::vector<Value>, bool> cases[] = {
        {"counter", "EQ", {number(5)}, true},
        {"counter", "NE", {number(5)}, false},
        {"gone", "NE", {number(5)}, true},
        {"counter", "LT", {number(6)}, true},
        {"counter", "GE", {number(6)}, false},
        {"counter", "BETWEEN", {number(4), number(6)}, true},
        {"counter", "IN", {number(4), number(5)}, true},
        {"owner", "BEGINS_WITH", {text("work")}, true},
        {"owner", "CONTAINS", {text("-1")}, true},
        {"owner", "NOT_CONTAINS", {text("-1")}, false},
        {"gone", "NOT_CONTAINS", {text("-1")}, false},
        {"tags", "CONTAINS", {text("x")}, true},
        {"owner", "NOT_NULL", {}, true},
        {"owner", "NULL", {}, false},
    };
    for (const auto& [attribute, comparison, operands, holds] : cases)
        EXPECT_EQ(meets({attribute, {}, {}, comparison, operands}), holds)
            << attribute << comparison;
}

TEST(Expected, joins_with_and_unless_told_or) {
    const std::vector<Demand> two{{"counter", number(5)}, {"owner", text("another")}};
    EXPECT_FALSE(holds(*condition_of(two, false), item));
    EXPECT_TRUE(holds(*condition_of(two, true), item));
}

TEST(Expected, that_contradicts_itself_is_refused) {
    EXPECT_FALSE(condition_of({{"a"}}, false));
    EXPECT_FALSE(condition_of({{"a", number(1), false}}, false));
    EXPECT_FALSE(condition_of({{"a", number(1), true, "EQ"}}, false));
    EXPECT_FALSE(condition_of({{"a", {}, {}, "EQ"}}, false));
    EXPECT_FALSE(condition_of({{"a", {}, {}, "BETWEEN", {number(1)}}}, false));
    EXPECT_FALSE(condition_of({{"a", {}, {}, "LIKE", {number(1)}}}, false));
    EXPECT_FALSE(condition_of({{"a", {}, {}, "LT", {{List{}}}}}, false));
}

TEST(AttributeUpdates, put_add_and_delete) {
    auto update = update_of({{"owner", "DELETE", {}},
                             {"counter", "ADD", number(2)},
                             {"tags", "DELETE", Value{StringSet{"x"}}},
                             {"a.b", "PUT", text("dotted")}});
    ASSERT_TRUE(update);
    auto after = apply_update(*update, item);
    ASSERT_TRUE(after);
    EXPECT_EQ(*after, (Item{{"counter", number(7)}, {"a.b", text("dotted")}}));
    EXPECT_FALSE(update_of({{"a", "PUT", {}}}));
    EXPECT_FALSE(update_of({{"a", "ADD", text("x")}}));
    EXPECT_FALSE(update_of({{"a", "DELETE", text("x")}}));
}

}  // namespace
}  // namespace freshet::tables
