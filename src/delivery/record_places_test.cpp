#include "delivery/record_places.h"

#include <gtest/gtest.h>

namespace freshet::delivery {
namespace {

const log::PartitionId one(1), two(2);
const Timestamp start = from_epoch_ms(1'700'000'000'000);

TEST(RecordPlaces, each_record_has_the_place_that_it_was_added_with) {
    struct Added {
        Origin origin;
        std::size_t count = 0;
    };
    const Added added[] = {
        {{one, 4, start}, 1},       {{one, 5, start}, 1},       {{one, 6, start}, 3},
        {{one, 7, start}, 1},       {{one, 9, start}, 1},  // 8 had no user record
        {{one, 10, start + 1s}, 1}, {{two, 11, start + 1s}, 1}, {{two, 12, start + 1s}, 0},
        {{two, 13, start + 1s}, 2},
    };
    RecordPlaces places;
    EXPECT_TRUE(places.empty());
    for (const Added& each : added) places.add(each.origin, each.count);
    std::size_t number = 0;
    for (const Added& each : added) {
        for (std::size_t sub = 0; sub < each.count; ++sub, ++number) {
            const auto found = places.at(number);
            EXPECT_EQ(found.origin.partition, each.origin.partition) << number;
            EXPECT_EQ(found.origin.ordinal, each.origin.ordinal) << number;
            EXPECT_EQ(found.origin.sub, sub) << number;
            EXPECT_EQ(found.arrival, each.origin.arrival) << number;
        }
    }
    EXPECT_EQ(places.records(), number);
    EXPECT_DEATH(places.at(number), "number < records_");
}

}  // namespace
}  // namespace freshet::delivery
