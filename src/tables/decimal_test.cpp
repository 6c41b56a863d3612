#include "tables/decimal.h"

#include <gtest/gtest.h>

#include <random>

namespace freshet::tables {
namespace {

Decimal number(const std::string& text) {
    auto parsed = Decimal::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : Decimal();
}

TEST(Decimal, is_written_in_its_shortest_plain_form) {
    const std::pair<const char*, const char*> cases[] = {{"0", "0"},
                                                         {"-0", "0"},
                                                         {"0.000", "0"},
                                                         {"007", "7"},
                                                         {"1500", "1500"},
                                                         {"1.50e3", "1500"},
                                                         {"-0.00120", "-0.0012"},
                                                         {"1e-3", "0.001"},
                                                         {"12.340", "12.34"},
                                                         {".5", "0.5"},
                                                         {"5.", "5"},
                                                         {"+3", "3"},
                                                         {"1E+20", "100000000000000000000"}};
    for (const auto& [text, plain] : cases) EXPECT_EQ(number(text).to_text(), plain) << text;
}

TEST(Decimal, refuses_what_is_no_number_too_long_too_large_or_too_small) {
    for (const char* text :
         {"", "-", ".", "1e", "1e+", "a", "1a", "1.2.3", " 1", "1 ", "NaN", "0x1"})
        EXPECT_FALSE(Decimal::parse(text)) << text;
    EXPECT_TRUE(Decimal::parse("9.9999999999999999999999999999999999999E+125"));
    EXPECT_FALSE(Decimal::parse("1E+126"));
    EXPECT_TRUE(Decimal::parse("1E-130"));
    EXPECT_FALSE(Decimal::parse("9E-131"));
    EXPECT_FALSE(Decimal::parse("1e999999999999"));
    EXPECT_TRUE(Decimal::parse(std::string(38, '1')));
    EXPECT_FALSE(Decimal::parse(std::string(39, '1')));
    EXPECT_TRUE(Decimal::parse(std::string(38, '1') + "000"));
}

TEST(Decimal, adds_exactly_or_refuses) {
    EXPECT_EQ(number("0.1").plus(number("0.2"))->to_text(), "0.3");
    EXPECT_EQ(number("99999999999999999999").plus(number("1"))->to_text(), "100000000000000000000");
    EXPECT_EQ(number("5").minus(number("7.5"))->to_text(), "-2.5");
    EXPECT_EQ(number("-5").minus(number("-5"))->to_text(), "0");
    EXPECT_EQ(number("0").minus(number("3"))->to_text(), "-3");
    EXPECT_EQ(number("10").minus(number("0.001"))->to_text(), "9.999");
    EXPECT_FALSE(number("1E+40").plus(number("1")));
    EXPECT_FALSE(number("9.9E+125").plus(number("9.9E+125")));
}

TEST(Decimal, its_order_key_sorts_as_the_numbers_do_and_comes_back) {
    std::mt19937_64 random(20260101);
    const auto pick = [&](std::uint64_t below) { return static_cast<int>(random() % below); };
    std::vector<Decimal> all{Decimal()};
    for (int i = 0; i < 300; ++i) {
        std::string text = pick(2) ? "-" : "";
        for (int n = pick(6) + 1; n > 0; --n) text += static_cast<char>('0' + pick(10));
        all.push_back(number(text + "e" + std::to_string(pick(9) - 4)));
    }
    all.push_back(number("-9E125"));
    all.push_back(number("1E-130"));
    for (const Decimal& a : all) {
        auto back = Decimal::from_order_key(a.order_key());
        ASSERT_TRUE(back) << a.to_text();
        EXPECT_EQ(*back, a);
        for (const Decimal& b : all)
            EXPECT_EQ(a <=> b, a.order_key().compare(b.order_key()) <=> 0)
                << a.to_text() << " " << b.to_text();
    }
}

}  // namespace
}  // namespace freshet::tables
