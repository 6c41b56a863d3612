// Sequence numbers, the ring, shard names and iterators as texts, there and back.
#include "stream/sequence.h"

#include <gtest/gtest.h>

#include "stream/errors.h"
#include "stream/hash.h"
#include "stream/records/iterator.h"

namespace freshet::stream {
namespace {

TEST(SequenceNumber, comes_back_and_begins_with_49_like_those_of_AWS) {
    const SequenceParts parts{1'500'000'000, 0x7ffffffffffffffe, 1'500'000'123, 0x12345};
    const std::string text = make_sequence_number(parts);
    EXPECT_EQ(text.size(), 56u);
    EXPECT_TRUE(text.starts_with("49"));
    const auto back = parse_sequence_number(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->created_s, parts.created_s);
    EXPECT_EQ(back->ordinal, parts.ordinal);
    EXPECT_EQ(back->arrival_s, parts.arrival_s);
    EXPECT_EQ(back->shard, parts.shard);
}

TEST(SequenceNumber, grows_with_the_ordinal) {
    std::string last;
    for (std::uint64_t ordinal = 0; ordinal < 100'000; ordinal += 777) {
        const std::string text = make_sequence_number({1'700'000'000, ordinal, 1'700'000'000, 3});
        EXPECT_TRUE(last.size() < text.size() || last < text);
        last = text;
    }
}

TEST(SequenceNumber, those_of_one_append_are_those_of_each_record) {
    for (const std::uint64_t first :
         {std::uint64_t{0}, std::uint64_t{999'999'990}, std::uint64_t{0x7fffffffffffff00}}) {
        RecordNumbers numbers(1'700'000'000, 3, first, from_epoch_ms(1'700'000'123'000));
        for (std::uint64_t i = 0; i < 200; ++i)
            EXPECT_EQ(numbers.next(),
                      record_number(1'700'000'000, 3, first + i, from_epoch_ms(1'700'000'123'000)))
                << first + i;
    }
}

TEST(SequenceNumber, other_numbers_are_not_taken_for_one) {
    for (const char* text : {"", "0", "1", "49", "abc", "340282366920938463463374607431768211456",
                             "99999999999999999999999999999999999999999999999999999999"}) {
        EXPECT_FALSE(parse_sequence_number(text)) << text;
    }
}

TEST(HashKey, ranges_cover_the_ring_without_gaps) {
    for (const int count : {1, 2, 3, 4, 7, 1000}) {
        const auto ranges = even_ranges(count);
        EXPECT_EQ(ranges.front().first, HashKey{0});
        EXPECT_EQ(ranges.back().second, hash_key_max);
        for (std::size_t i = 1; i < ranges.size(); ++i)
            EXPECT_EQ(ranges[i].first, ranges[i - 1].second + 1);
    }
    EXPECT_EQ(to_decimal(even_ranges(2)[1].first), "170141183460469231731687303715884105728");
    EXPECT_EQ(to_decimal(hash_key_max), "340282366920938463463374607431768211455");
    EXPECT_FALSE(parse_hash_key("340282366920938463463374607431768211456"));
    EXPECT_FALSE(parse_hash_key("01"));
}

TEST(Iterator, no_bit_can_be_changed_and_none_lives_longer_than_five_minutes) {
    const Timestamp now = from_epoch_ms(1'700'000'000'000);
    const std::string text = seal_iterator({7, 3, 42, now}, "key");
    const auto back = open_iterator(text, "key", now + 300'000ms);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->ordinal, 42u);
    EXPECT_TRUE(open_iterator(text, "key", now + 300'001ms).error().is(Errc::expired_iterator));
    EXPECT_TRUE(open_iterator(text, "other", now).error().is(Errc::invalid_argument));
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string bad = text;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(open_iterator(bad, "key", now) && bad.find('=') > i + 2);
    }
}

}  // namespace
}  // namespace freshet::stream
