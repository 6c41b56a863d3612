#include "cli/streams/ring.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "stream/hash.h"

namespace freshet::cli {
namespace {

std::vector<RingShard> even(int count) {
    std::vector<RingShard> shards;
    for (const auto& [first, last] : stream::even_ranges(count))
        shards.push_back({fmt::format("shardId-{:012}", shards.size()), first, last});
    return shards;
}

TEST(Ring, shows_each_open_shard_where_it_lies) {
    EXPECT_EQ(draw_ring(even(4), 73),
              "        0%              25%             50%             75%          100%\n"
              "open    |0 25.00%       |1 25.00%       |2 25.00%       |3 25.00%       |\n");
    // Thirds end at numbers that are not a column's: the nearest one is taken.
    EXPECT_EQ(draw_ring(even(3), 45),
              "        0%       25%      50%      75%   100%\n"
              "open    |0 33.33%   |1 33.33%   |2 33.33%   |\n");
}

TEST(Ring, draws_closed_shards_apart_side_by_side_where_they_fit) {
    auto shards = even(2);
    const auto middle = stream::HashKey{1} << 126;
    shards[0].is_open = shards[1].is_open = false;
    shards.push_back({"shardId-000000000002", 0, middle - 1});
    shards.push_back({"shardId-000000000003", middle, stream::hash_key_max});
    EXPECT_EQ(draw_ring(shards, 73),
              "        0%              25%             50%             75%          100%\n"
              "open    |2 25.00%       |3 75.00%                                       |\n"
              "closed  :..............0...............::..............1...............:\n");
    shards[3].is_open = false;
    EXPECT_NE(draw_ring(shards, 73).find("closed                  :......................3"),
              std::string::npos);
}

TEST(Ring, counts_shards_too_small_for_a_column_of_their_own) {
    const std::string drawn = draw_ring(even(128), 73);
    EXPECT_NE(drawn.find("\nopen    |2222"), std::string::npos) << drawn;
    EXPECT_NE(draw_ring(even(10'000), 73).find("\nopen    ++++"), std::string::npos);
}

TEST(Ring, fits_the_width) {
    for (const std::size_t width : {40U, 41U, 80U, 133U, 200U}) {
        for (const int count : {1, 2, 3, 7, 31, 97, 1000}) {
            auto shards = even(count);
            for (std::size_t i = 0; i < shards.size(); i += 2) {
                shards.push_back(shards[i]);
                shards.back().is_open = false;
            }
            const std::string drawn = draw_ring(shards, width);
            for (std::size_t at = 0; at < drawn.size();) {
                const std::size_t end = drawn.find('\n', at);
                EXPECT_LE(end - at, width) << drawn;
                at = end + 1;
            }
        }
    }
}

TEST(Ring, says_so_when_there_are_no_shards) {
    EXPECT_EQ(draw_ring({}, 80), "        no shards yet\n");
}

TEST(Ring, calls_shards_by_their_numbers) {
    EXPECT_EQ(short_name("shardId-000000000000"), "0");
    EXPECT_EQ(short_name("shardId-000000000120"), "120");
    EXPECT_EQ(short_name("shardId-"), "shardId-");
    EXPECT_EQ(short_name("shardId-00x"), "shardId-00x");
    EXPECT_EQ(share_text({"", 5, 5}), "<0.01%");
    EXPECT_EQ(share_text({"", 0, stream::hash_key_max}), "100.00%");
}

}  // namespace
}  // namespace freshet::cli
