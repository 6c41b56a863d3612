#include "tables/value.h"

#include <gtest/gtest.h>

#include "base/crypto/digest.h"

namespace freshet::tables {
namespace {

Decimal number(const char* text) { return *Decimal::parse(text); }

Item everything() {
    Item item;
    item["s"] = {std::string("text \xc3\xa9")};
    item["n"] = {number("-12.5")};
    item["b"] = {Binary{std::string("\0\xff", 2)}};
    item["t"] = {true};
    item["z"] = {Null()};
    item["ss"] = {StringSet{"a", "b"}};
    item["ns"] = {NumberSet{number("1"), number("-3")}};
    item["bs"] = {BinarySet{{"x"}, {"y"}}};
    item["l"] = {List{{std::string("in")}, {Map{{"deep", {List{}}}}}}};
    item["m"] = {Map{}};
    return item;
}

TEST(ItemBytes, come_back_as_they_were) {
    auto back = decode(encode(everything()));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, everything());
}

/// What earlier versions wrote.
TEST(ItemBytes, are_the_recorded_ones) {
    Item item;
    item["s"] = {std::string("text")};
    item["n"] = {number("-12.5")};
    item["b"] = {Binary{std::string("\0\xff", 2)}};
    item["t"] = {true};
    item["z"] = {Null()};
    item["ss"] = {StringSet{"a", "b"}};
    item["ns"] = {NumberSet{number("1"), number("2e10")}};
    item["bs"] = {BinarySet{{"x"}}};
    item["l"] = {List{{false}, {std::string(20, 'q')}}};
    item["m"] = {Map{{"k", {std::string()}}}};
    EXPECT_EQ(to_hex(encode(item)),
              "010a0162020200ff02627307010178016c080203000014717171717171717171717171717171"
              "7171717171016d0901016b0000016e0106017c383734ff026e7306020303823103038c320173"
              "00047465787402737305020161016201740301017a04");
}

TEST(ItemBytes, damaged_ones_are_refused_or_another_item) {
    const std::string whole = encode(everything());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode(std::string_view(whole).substr(0, size))) << size;
    EXPECT_FALSE(decode(whole + "x"));
    std::string deep(1, '\1');
    deep += std::string("\1\1a", 3);
    for (int i = 0; i < 40; ++i) deep += std::string("\x08\x01", 2);
    EXPECT_FALSE(decode(deep + std::string("\x04", 1)));
}

TEST(ItemSize, counts_as_dynamodb_does) {
    EXPECT_EQ(bytes_of(Item{{"abc", {std::string("de")}}}), 5u);
    EXPECT_EQ(bytes_of(Item{{"n", {number("12345")}}}), 1u + 4u);
    EXPECT_EQ(bytes_of(Item{{"n", {number("-1")}}}), 1u + 3u);
    EXPECT_EQ(bytes_of(Item{{"l", {List{{true}, {Null()}}}}}), 1u + 3u + 4u);
    EXPECT_EQ(bytes_of(Item{{"m", {Map{{"k", {true}}}}}}), 1u + 3u + 1u + 2u);
    EXPECT_EQ(depth_of(everything()["l"]), 3);
}

}  // namespace
}  // namespace freshet::tables
