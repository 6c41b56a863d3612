#include "cli/streams/shard_table.h"

#include <gtest/gtest.h>

#include "stream/hash.h"

namespace freshet::cli {
namespace {

TEST(HashKeyOf, takes_numbers_and_hexadecimal) {
    EXPECT_EQ(*hash_key_of("0"), stream::HashKey{0});
    EXPECT_EQ(*hash_key_of("255"), stream::HashKey{255});
    EXPECT_EQ(*hash_key_of("0xfF"), stream::HashKey{255});
    EXPECT_EQ(*hash_key_of("0x" + std::string(32, 'f')), stream::hash_key_max);
}

TEST(HashKeyOf, refuses_what_is_not_a_hash_key) {
    for (const char* text : {"", "0x", "0xg", "-1", "half"})
        EXPECT_FALSE(hash_key_of(text)) << text;
    EXPECT_FALSE(hash_key_of("0x1" + std::string(32, '0')));
}

aws::kinesis::Shard shard(const std::string& id, const std::string& first,
                          const std::string& last) {
    aws::kinesis::Shard one;
    one.shard_id = "shardId-00000000000" + id;
    one.hash_key_range.starting_hash_key = first;
    one.hash_key_range.ending_hash_key = last;
    return one;
}

TEST(ShardTable, says_where_a_shard_came_from_and_what_it_became) {
    const std::string half = stream::to_decimal(stream::hash_key_max / 2);
    const std::string rest = stream::to_decimal(stream::hash_key_max / 2 + 1);
    const std::string last = stream::to_decimal(stream::hash_key_max);
    auto parent = shard("0", "0", last), left = shard("1", "0", half),
         right = shard("2", rest, last);
    parent.sequence_number_range.ending_sequence_number = "1";
    left.parent_shard_id = right.parent_shard_id = parent.shard_id;
    const std::string wide = shard_table({parent, left, right}, 200);
    EXPECT_NE(wide.find("1,2"), std::string::npos) << wide;
    EXPECT_NE(wide.find("closed"), std::string::npos) << wide;
    EXPECT_NE(wide.find(rest), std::string::npos) << wide;
    const std::string narrow = shard_table({parent, left, right}, 60);
    EXPECT_EQ(narrow.find(rest), std::string::npos) << narrow;
    EXPECT_NE(narrow.find("0x8000000000000000.."), std::string::npos) << narrow;
}

}  // namespace
}  // namespace freshet::cli
