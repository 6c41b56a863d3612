#include "io/files/room.h"

#include <gtest/gtest.h>

namespace freshet::io {
namespace {

TEST(Room, is_written_now_and_then_and_never_much) {
    Room room;
    std::uint64_t end = 0, size = 0;
    int writes_that_grow = 0;
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t from = end;
        end += 4096;
        const std::uint64_t zeros = room.zeros_after(from, end).size();
        if (end + zeros > size) ++writes_that_grow;
        size = std::max(size, end + zeros);
        EXPECT_LE(size, end + end / Room::part);
        EXPECT_LE(size, end + Room::bytes_max);
    }
    EXPECT_LT(writes_that_grow, 200);
}

TEST(Room, is_not_written_for_little_or_for_large_writes) {
    Room room;
    EXPECT_EQ(room.zeros_after(0, 100).size(), 0u);
    const std::uint64_t far = 100'000'000;
    EXPECT_EQ(room.zeros_after(far, far + Room::write_bytes_max + 1).size(), 0u);
    EXPECT_EQ(room.zeros_after(far, far + 2 * Room::write_bytes_max).size(), 0u);
    EXPECT_EQ(room.zeros_after(2 * far, 2 * far + 1).size(), Room::bytes_max);
}

TEST(Room, is_not_written_where_the_file_has_bytes) {
    Room room;
    room.begin(1'000'000);
    EXPECT_EQ(room.zeros_after(500'000, 504'000).size(), 0u);
    EXPECT_GT(room.zeros_after(999'000, 1'000'001).size(), 0u);
}

}  // namespace
}  // namespace freshet::io
