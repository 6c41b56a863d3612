#include "cli/streams/key_order.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

namespace freshet::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(KeyOrder, takes_one_record_of_a_key) {
    KeyOrder order({{"a", 1}, {"b", 1}, {"a", 1}, {"c", 1}, {"b", 1}});
    EXPECT_THAT(order.take(5), ElementsAre(0, 1, 3));
    for (const std::size_t place : {0U, 1U, 3U}) order.acknowledge(place);
    EXPECT_EQ(order.settled(), 2U);
    EXPECT_THAT(order.take(5), ElementsAre(2, 4));
}

TEST(KeyOrder, keeps_a_key_behind_what_was_refused) {
    KeyOrder order({{"a", 1}, {"b", 1}, {"a", 1}, {"b", 1}});
    EXPECT_THAT(order.take(4), ElementsAre(0, 1));
    order.acknowledge(1);  // 0 was refused
    EXPECT_EQ(order.settled(), 0U);
    EXPECT_THAT(order.take(4), ElementsAre(0, 3));
}

TEST(KeyOrder, takes_only_what_is_due) {
    KeyOrder order({{"a", 1}, {"b", 1}, {"c", 1}});
    EXPECT_THAT(order.take(2), ElementsAre(0, 1));
    EXPECT_THAT(order.take(0), IsEmpty());
    for (const std::size_t place : {0U, 1U}) order.acknowledge(place);
    EXPECT_THAT(order.take(2), IsEmpty());
    EXPECT_FALSE(order.is_done());
    order.acknowledge(2);
    EXPECT_TRUE(order.is_done());
}

TEST(KeyOrder, keeps_to_the_bounds_of_a_request) {
    std::vector<KeyOrder::Item> items;
    for (int i = 0; i < 600; ++i) items.push_back({fmt::format("{}", i), 10});
    EXPECT_EQ(KeyOrder(items).take(600).size(), KeyOrder::records_max);
    KeyOrder large({{"a", 3'000'000}, {"b", 3'000'000}, {"b", 1}, {"c", 10}});
    EXPECT_THAT(large.take(4), ElementsAre(0, 3)) << "b's second must not go before its first";
    EXPECT_THAT(KeyOrder({{"a", 9'000'000}, {"b", 1}}).take(2), ElementsAre(0));
}

TEST(KeyOrder, never_reorders_a_key_whatever_is_refused) {
    const unsigned seed = std::random_device{}();
    std::mt19937 random(seed);
    std::vector<KeyOrder::Item> items;
    for (int i = 0; i < 3000; ++i)
        items.push_back({fmt::format("{}", random() % 40), random() % 50'000});
    KeyOrder order(items);
    std::map<std::string, std::size_t> last;
    std::size_t sent = 0;
    while (!order.is_done()) {
        for (const std::size_t place : order.take(items.size())) {
            if (random() % 3 == 0) continue;  // refused
            const auto found = last.find(items[place].key);
            ASSERT_TRUE(found == last.end() || found->second < place) << "seed " << seed;
            last[items[place].key] = place;
            order.acknowledge(place);
            ++sent;
        }
    }
    EXPECT_EQ(sent, items.size());
}

}  // namespace
}  // namespace freshet::cli
